import Kernels

/// What a learned order is made from: how each leg saw a candidate, beside how it saw the others of the same question.
package enum CandidateFeatures {
  /// One a column, in order.
  package static let names = [
    "lexical_score", "lexical_share_of_best", "lexical_reciprocal_rank", "dense_score", "dense_below_best",
    "dense_reciprocal_rank", "fused_score", "fused_below_best", "fused_reciprocal_rank", "query_terms",
    "lexical_best", "dense_best", "in_both",
  ]

  /// Whether a candidate fits the better, the larger the feature is.
  package static let rising = [
    true, true, true, true, true, true, true, true, true, false, false, false, true,
  ]

  /// - Parameters:
  ///   - candidates: of one question, by fused score, best first.
  ///   - terms: of the question that the index knows.
  /// - Returns: shape `[candidates, names]`; NaN where a leg didn't return the candidate.
  /// - Complexity: O(candidates).
  static func matrix(_ candidates: some RandomAccessCollection<CandidateSearch.Candidate>, terms: Int)
    -> Matrix
  {
    let bestLexical = candidates.compactMap(\.lexicalScore).max() ?? 0
    let bestDense = candidates.compactMap(\.denseScore).max() ?? 0
    let bestFused = candidates.first?.score ?? 0
    var values: [Float] = []
    values.reserveCapacity(candidates.count * names.count)
    for (place, candidate) in candidates.enumerated() {
      let lexical = candidate.lexicalScore ?? 0
      let dense = candidate.denseScore ?? .nan
      let row: [Double] = [
        lexical, bestLexical > 0 ? lexical / bestLexical : 0,
        candidate.lexicalRank.map { 1 / Double($0) } ?? 0,
        dense, dense - bestDense, candidate.denseRank.map { 1 / Double($0) } ?? 0, candidate.score,
        candidate.score - bestFused, 1 / Double(place + 1), Double(terms), bestLexical, bestDense,
        candidate.lexicalRank != nil && candidate.denseRank != nil ? 1 : 0,
      ]
      values += row.map { Float($0) }
    }
    return Matrix(rows: candidates.count, columns: names.count, values: values)
  }
}
