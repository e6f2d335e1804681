extension JudgedRanking {
  /// `Bpref`: how seldom documents judged not relevant stand above relevant ones; what is not judged counts nothing.
  ///
  /// - Source: Buckley, Voorhees, "Retrieval evaluation with incomplete information", SIGIR 2004, as corrected in
  ///   trec_eval.
  func bpref(level: Int) -> Double {
    let relevant = relevantCount(level)
    let nonrelevant = judgedGrades.count - relevant
    guard relevant > 0 else { return 0 }
    var above = 0
    var sum = 0.0
    for judgement in judgements {
      guard case .grade(let grade) = judgement else { continue }
      if grade < level {
        above += 1
      } else if above > 0 {
        sum += 1 - Double(min(above, relevant)) / Double(min(nonrelevant, relevant))
      } else {
        sum += 1
      }
    }
    return sum / Double(relevant)
  }
}
