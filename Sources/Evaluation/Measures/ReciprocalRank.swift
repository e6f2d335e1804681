import Foundation

extension JudgedRanking {
  /// `RR`: one over the place of the first relevant document; 0 where there is none.
  func reciprocalRank(level: Int, cutoff: Int?) -> Double {
    (0..<places(cutoff)).first { isRelevant($0, level) }.map { 1 / Double($0 + 1) } ?? 0
  }

  /// `ERR`: the expected reciprocal of the place where a reader who goes down the list is satisfied.
  ///
  /// A grade g satisfies with probability `(2^g − 1) / 2^4`: grades go to 4, as in TREC's gdeval; higher ones count
  /// as 4.
  /// - Source: Chapelle et al., "Expected reciprocal rank for graded relevance", CIKM 2009.
  func expectedReciprocalRank(cutoff: Int?) -> Double {
    var remaining = 1.0
    var sum = 0.0
    for place in 0..<places(cutoff) {
      guard case .grade(let grade) = judgements[place], grade > 0 else { continue }
      let satisfied = (pow(2, Double(min(grade, 4))) - 1) / 16
      sum += remaining * satisfied / Double(place + 1)
      remaining *= 1 - satisfied
    }
    return sum
  }
}
