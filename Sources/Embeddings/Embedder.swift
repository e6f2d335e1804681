/// Text in, vectors out.
package protocol Embedder: Sendable {
  /// Which model this is; recorded with every vector that it makes.
  var identity: EmbeddingModelIdentity { get }

  /// Embeds `texts`.
  ///
  /// - Returns: one unit-length row a text, in order; a text past the model's length is cut at its end.
  /// - Throws: `EmbeddingError`.
  func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch

  /// Tokens that `text` takes, without the special tokens at both ends.
  ///
  /// Exact for a local model; a provider's model counts by an estimate that errs high.
  func countTokens(_ text: Substring) -> Int
}
