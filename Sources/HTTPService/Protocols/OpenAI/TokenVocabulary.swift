import Foundation

/// Bytes of each token of a byte-pair vocabulary: turns the token ids that OpenAI's clients send back into text.
///
/// - Source: the `.tiktoken` format: a line a token, its bytes in base64 and its id.
package struct TokenVocabulary: Sendable {
  /// The vocabulary that langchain's embeddings class counts and sends tokens of.
  package static let standardName = "cl100k_base"

  /// All bytes, one token after the other.
  private let bytes: [UInt8]
  /// Where token `id` begins; `count + 1` of them.
  private let starts: [Int]

  package var count: Int { starts.count - 1 }

  /// - Throws: `ServiceError.notReady` for a file that is no such table.
  /// - Complexity: O(bytes).
  package init(contents: [UInt8]) throws(ServiceError) {
    var tokens: [Int: [UInt8]] = [:]
    for line in contents.split(separator: 10) {
      let parts = line.split(separator: 32)
      guard parts.count == 2, let id = Int(String(decoding: parts[1], as: UTF8.self)),
        let token = Data(base64Encoded: String(decoding: parts[0], as: UTF8.self))
      else {
        throw ServiceError(.notReady, "the token vocabulary is damaged: 'rag models pull' fetches it anew")
      }
      tokens[id] = Array(token)
    }
    var bytes: [UInt8] = []
    var starts = [0]
    for id in 0..<tokens.count {
      guard let token = tokens[id] else {
        throw ServiceError(
          .notReady, "the token vocabulary lacks token \(id): 'rag models pull' fetches it anew")
      }
      bytes += token
      starts.append(bytes.count)
    }
    self.bytes = bytes
    self.starts = starts
  }

  /// The text of `ids`; bytes that are no UTF-8 become U+FFFD.
  ///
  /// - Throws: `ServiceError.invalidRequest` for an id that the vocabulary has not.
  func text(of ids: [Int]) throws(ServiceError) -> String {
    var text: [UInt8] = []
    for id in ids {
      guard id >= 0, id < count else {
        throw ServiceError(
          .invalidRequest,
          "token \(id) is not in \(Self.standardName), which is the vocabulary that token arrays must "
            + "use. Send strings instead", parameter: "input")
      }
      text += bytes[starts[id]..<starts[id + 1]]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
