extension JudgedRanking {
  /// `R@k`: share of all relevant documents that are in the first `cutoff` places.
  func recall(level: Int, cutoff: Int?) -> Double {
    let total = relevantCount(level)
    return total > 0 ? Double(relevantRetrieved(level, depth: cutoff)) / Double(total) : 0
  }
}
