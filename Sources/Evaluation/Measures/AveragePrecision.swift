extension JudgedRanking {
  /// `AP`: mean of the precisions at the places of relevant documents; those not found count 0.
  func averagePrecision(level: Int, cutoff: Int?) -> Double {
    let total = relevantCount(level)
    guard total > 0 else { return 0 }
    var found = 0
    var sum = 0.0
    for place in 0..<places(cutoff) where isRelevant(place, level) {
      found += 1
      sum += Double(found) / Double(place + 1)
    }
    return sum / Double(total)
  }

  /// `infAP`: AP estimated where only a sample of the pool was judged.
  ///
  /// - Source: Yilmaz, Aslam, "Estimating average precision with incomplete and imperfect judgments", CIKM 2006;
  ///   the smoothing constant is trec_eval's.
  func inferredAveragePrecision(level: Int) -> Double {
    let total = relevantCount(level)
    guard total > 0 else { return 0 }
    let epsilon = 0.00001
    var relevant = 0.0
    var nonrelevant = 0.0
    var unjudged = 0.0
    var sum = 0.0
    for (place, judgement) in judgements.enumerated() {
      switch judgement {
      case .outsidePool: continue
      case .unjudged: unjudged += 1
      case .grade(let grade) where grade < level: nonrelevant += 1
      case .grade:
        let above = Double(place)
        if place == 0 {
          sum += 1
        } else {
          let pooled = (relevant + nonrelevant + unjudged) / above
          let share = (relevant + epsilon) / (relevant + nonrelevant + 2 * epsilon)
          sum += 1 / (above + 1) + above / (above + 1) * pooled * share
        }
        relevant += 1
      }
    }
    return sum / Double(total)
  }
}
