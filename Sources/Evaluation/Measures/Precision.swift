import Foundation

extension JudgedRanking {
  /// `P`: share of relevant documents in the first `cutoff` places, empty ones included; without a cutoff, in all
  /// that was returned.
  func precision(level: Int, cutoff: Int?) -> Double {
    let depth = cutoff ?? judgements.count
    guard depth > 0 else { return 0 }
    return Double(relevantRetrieved(level, depth: cutoff)) / Double(depth)
  }

  /// `Rprec`: precision at as many places as there are relevant documents.
  func precisionAtRelevantCount(level: Int) -> Double {
    let total = relevantCount(level)
    return total > 0 ? precision(level: level, cutoff: total) : 0
  }

  /// `IPrec@r`: the best precision at or behind the place where recall reaches `recall`.
  ///
  /// - Source: Manning, Raghavan, Schütze, "Introduction to Information Retrieval", section 8.4; the number of
  ///   documents that make up a recall is rounded as in trec_eval.
  func interpolatedPrecision(level: Int, recall: Double) -> Double {
    let needed = Int(recall * Double(relevantCount(level)) + 0.9)
    var found = relevantRetrieved(level)
    guard needed <= found, !judgements.isEmpty else { return 0 }
    var best = Double(found) / Double(judgements.count)
    for place in stride(from: judgements.count, to: 0, by: -1) {
      guard found >= max(needed, 1) else { break }
      best = max(best, Double(found) / Double(place))
      if isRelevant(place - 1, level) { found -= 1 }
    }
    return best
  }

  /// `Judged`: share of judged documents in the first `cutoff` places that hold a document.
  func judgedShare(cutoff: Int?) -> Double? {
    let depth = places(cutoff)
    guard depth > 0 else { return nil }
    return Double((0..<depth).count { judgements[$0] != .outsidePool }) / Double(depth)
  }
}
