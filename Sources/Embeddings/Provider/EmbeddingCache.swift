import Crypto
import Storage

/// What a cached vector was made from.
package struct EmbeddingCacheKey: Hashable, Sendable {
  /// `EmbeddingModelIdentity.weightsHash`.
  package var weightsHash: String
  /// SHA-256, lower-case hex, over role, a zero byte, and text.
  package var textHash: String

  package init(weightsHash: String, textHash: String) {
    self.weightsHash = weightsHash
    self.textHash = textHash
  }

  package init(_ identity: EmbeddingModelIdentity, _ role: EmbeddingRole, _ text: String) {
    var hash = SHA256()
    hash.update(data: Array(role.rawValue.utf8) + [0])
    var text = text
    text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    self.init(weightsHash: identity.weightsHash, textHash: Hex.string(hash.finalize()))
  }
}

/// Keeps vectors so that no text is embedded twice with one model.
///
/// Its methods may block; they are called on threads that may.
package protocol EmbeddingCache: Sendable {
  /// The vectors that are there; keys without one are left out.
  func vectors(for keys: [EmbeddingCacheKey]) throws -> [EmbeddingCacheKey: [Float]]

  /// Keeps `vectors`, over what is there.
  func store(_ vectors: [(key: EmbeddingCacheKey, vector: [Float])]) throws
}
