/// Sum of `1 / (k + rank)` over the legs that returned the candidate.
///
/// - Source: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
///   Methods", SIGIR 2009.
package struct ReciprocalRankFusion: Hashable, Sendable {
  /// 60 in the paper.
  package var k: Double

  package init(k: Double = 60) {
    self.k = k
  }

  /// - Complexity: O(candidates).
  package func scores(_ candidates: [FusionInput]) -> [Double] {
    candidates.map { candidate in
      [candidate.lexicalRank, candidate.denseRank].reduce(0) { sum, rank in
        sum + (rank.map { 1 / (k + Double($0)) } ?? 0)
      }
    }
  }
}
