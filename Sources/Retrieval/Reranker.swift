/// Reorders the best of what was found by reading question and passage together.
package protocol Reranker: Sendable {
  /// Name and version, for lineage.
  var identity: String { get }

  /// Scores passages against the question.
  ///
  /// Ends early when its task is cancelled: that is how a time budget is kept.
  /// - Parameter passages: text of each passage, headings in front.
  /// - Returns: one score a passage, in order; larger is better.
  func scores(question: String, passages: [String]) async throws -> [Double]
}
