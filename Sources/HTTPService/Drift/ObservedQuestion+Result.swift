import Catalog
import Crypto
import Foundation
import Retrieval

extension ObservedQuestion {
  /// - Parameters:
  ///   - text: the question as it was asked.
  ///   - key: of the home; questions are hashed under it.
  ///   - keepsText: whether text and vector may be kept. A vector can be turned back into much of its text, so one is
  ///     as private as the other.
  package init(_ result: RetrievalResult, text: String, key: [UInt8], keepsText: Bool) {
    let cosines = result.hits.compactMap(\.denseScore).sorted(by: >)
    let plain = text.lowercased().split(whereSeparator: \.isWhitespace)
    let hash = HMAC<SHA256>.authenticationCode(
      for: Array(plain.joined(separator: " ").utf8), using: SymmetricKey(data: key))
    self.init(
      askedAt: Date().timeIntervalSince1970, textHash: Array(hash.prefix(16)), words: plain.count,
      hits: result.hits.count, topScore: cosines.first,
      scoreGap: cosines.count > 1 ? cosines[0] - cosines[1] : nil)
    guard keepsText else { return }
    self.text = text
    vector = result.queryVector
    model = result.queryVector == nil ? nil : result.snapshot.configuration.embedding.weightsHash
  }
}

extension AnsweredQuestion {
  /// As the drift monitor sees it.
  package func observation(key: [UInt8], keepsText: Bool) -> ObservedQuestion {
    var observed = ObservedQuestion(result, text: question.query.text, key: key, keepsText: keepsText)
    observed.isAbstained = answer.text == nil
    observed.confidence = answer.confidence
    observed.answer = id
    return observed
  }
}
