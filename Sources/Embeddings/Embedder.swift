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

  /// Whether the model has learnt the writing system of a letter.
  func knows(_ letter: Unicode.Scalar) -> Bool
}

extension Embedder {
  /// A model of which nothing else is known is taken to know every script.
  package func knows(_ letter: Unicode.Scalar) -> Bool { true }
}
