import Foundation

/// Wire type: what `/embeddings` answers.
struct OpenAIEmbeddingAnswer: Decodable {
  struct Item: Decodable {
    var index: Int?
    var embedding: Vector
  }

  struct Usage: Decodable {
    var prompt_tokens: Int?
  }

  /// A list of numbers, or base64 of little-endian float32.
  enum Vector: Decodable {
    case floats([Float])
    case base64(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .base64(text)
      } else {
        self = .floats(try container.decode([Float].self))
      }
    }

    /// `nil` when the base64 is broken, or a value is not finite.
    var values: [Float]? {
      let values: [Float]
      switch self {
      case .floats(let floats):
        values = floats
      case .base64(let text):
        guard let data = Data(base64Encoded: text), data.count.isMultiple(of: 4) else { return nil }
        values = data.withUnsafeBytes { bytes in
          (0..<bytes.count / 4).map { index in
            let bits = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
            return Float(bitPattern: UInt32(littleEndian: bits))
          }
        }
      }
      return values.allSatisfy(\.isFinite) ? values : nil
    }
  }

  var data: [Item]
  var usage: Usage?

  /// Reads an answer to a request with `count` texts.
  ///
  /// - Throws: `EmbeddingError` with `.providerFailed` when it isn't the expected JSON, a text has no vector or
  ///   two, or a vector is empty, broken or has a value that is not finite.
  static func read(
    _ body: [UInt8], count: Int, model: String
  ) throws(EmbeddingError) -> OpenAIEmbeddingClient.Answer {
    let answer: OpenAIEmbeddingAnswer
    do {
      answer = try JSONDecoder().decode(Self.self, from: Data(body))
    } catch {
      // The decoder's error may quote the answer; it isn't kept.
      throw EmbeddingError(
        .providerFailed,
        "The answer for model \(model) is not an embeddings object. Check that the base URL ends where /embeddings begins."
      )
    }
    guard answer.data.count == count else {
      throw failed("has \(answer.data.count) vectors for \(count) texts", model)
    }
    var vectors = [[Float]](repeating: [], count: count)
    for (position, item) in answer.data.enumerated() {
      let index = item.index ?? position
      guard vectors.indices.contains(index), vectors[index].isEmpty else {
        throw failed("has the index \(index) twice, or beyond \(count) texts", model)
      }
      guard let values = item.embedding.values, !values.isEmpty else {
        throw failed("has a vector \(index) that is empty, damaged or not finite", model)
      }
      vectors[index] = values
    }
    let tokens = answer.usage?.prompt_tokens.flatMap { $0 >= 0 && $0 <= 1 << 32 ? $0 : nil }
    return OpenAIEmbeddingClient.Answer(vectors: vectors, promptTokens: tokens)
  }

  private static func failed(_ what: String, _ model: String) -> EmbeddingError {
    EmbeddingError(
      .providerFailed,
      "The answer for model \(model) \(what). Try again; if it persists, the provider is at fault.")
  }
}
