import Foundation

extension JudgedRanking {
  /// `nDCG`: discounted cumulative gain over the best one that there could be; gain is the grade, discount
  /// `log2(place + 1)`.
  ///
  /// - Source: Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 2002; gains and
  ///   discount as in trec_eval's `ndcg_cut`.
  func discountedGain(cutoff: Int?) -> Double {
    var ideal = 0.0
    for (place, grade) in judgedGrades.sorted(by: >).prefix(cutoff ?? .max).enumerated() where grade > 0 {
      ideal += Double(grade) / log2(Double(place + 2))
    }
    guard ideal > 0 else { return 0 }
    var gain = 0.0
    for place in 0..<places(cutoff) {
      if case .grade(let grade) = judgements[place], grade > 0 {
        gain += Double(grade) / log2(Double(place + 2))
      }
    }
    return gain / ideal
  }
}
