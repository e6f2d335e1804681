/// Passages and a question in, a cited answer out, or an abstention.
package protocol Answerer: Sendable {
  /// Name, version and parameters, for lineage.
  var identity: String { get }

  /// - Parameter passages: best first.
  /// - Throws: `GenerationError`.
  func answer(_ question: String, passages: [Passage]) async throws(GenerationError) -> Answer
}
