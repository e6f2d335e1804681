/// What must be equal for an index to grow or to be rebuilt; vectors that differ in the profile alone can be compared.
package struct EmbeddingModelIdentity: Codable, Hashable, Sendable {
  package enum Pooling: String, Codable, Sendable {
    case mean, cls, max
    /// Done by a provider, out of sight.
    case provider
  }

  /// Name for people, such as `all-MiniLM-L6-v2`.
  package var model: String
  /// SHA-256, hex, over weights, vocabulary and configuration; for a provider, over base URL and model name.
  /// A profile other than `exact` is appended, as it makes other vectors.
  package var weightsHash: String
  /// Columns of the vectors it makes.
  package var dimension: Int
  package var pooling: Pooling
  /// Longest input, tokens, special tokens included.
  package var maximumTokens: Int

  /// What the vectors were computed with.
  package var profile: EmbeddingProfile { EmbeddingProfile(weightsHash: weightsHash) }

  /// Whether a vector of the other model can be searched for among vectors of this one: both are the same model, of
  /// whatever profile, as all profiles approximate float32.
  package func isComparable(to other: EmbeddingModelIdentity) -> Bool {
    func exact(_ identity: EmbeddingModelIdentity) -> EmbeddingModelIdentity {
      var identity = identity
      identity.weightsHash.removeLast(identity.profile.suffix.count)
      return identity
    }
    return exact(self) == exact(other)
  }

  package init(model: String, weightsHash: String, dimension: Int, pooling: Pooling, maximumTokens: Int) {
    self.model = model
    self.weightsHash = weightsHash
    self.dimension = dimension
    self.pooling = pooling
    self.maximumTokens = maximumTokens
  }
}
