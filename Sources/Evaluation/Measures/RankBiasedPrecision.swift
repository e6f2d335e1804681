extension JudgedRanking {
  /// `RBP`: expected share of relevant documents for a reader who goes on to the next with probability
  /// `persistence`.
  ///
  /// - Source: Moffat, Zobel, "Rank-biased precision for measurement of retrieval effectiveness", ACM TOIS 2008.
  func rankBiasedPrecision(level: Int, persistence: Double, cutoff: Int?) -> Double {
    var weight = 1 - persistence
    var sum = 0.0
    for place in 0..<places(cutoff) {
      if isRelevant(place, level) { sum += weight }
      weight *= persistence
    }
    return sum
  }
}
