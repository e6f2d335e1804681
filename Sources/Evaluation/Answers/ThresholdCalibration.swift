/// The confidence below which no answer should be given: chosen on one half of the questions, told for the other.
package struct ThresholdCalibration: Hashable, Sendable {
  package struct Rates: Hashable, Sendable {
    /// Share of answerable questions that are answered.
    package var answered: Double
    /// Share of unanswerable questions that are refused.
    package var refused: Double
    /// Mean of both.
    package var balanced: Double { (answered + refused) / 2 }
  }

  package struct CurvePoint: Hashable, Sendable {
    package var threshold: Double
    package var rates: Rates
  }

  /// Found on the first half.
  package let threshold: Double
  package let chosenHalf: Rates
  package let otherHalf: Rates
  /// Rates of both halves together for a grid of thresholds, rising.
  package let curve: [CurvePoint]

  /// - Parameter outcomes: each half must have answerable and unanswerable questions; else there is no calibration.
  /// - Complexity: O(n²).
  package init?(_ outcomes: [AnswerOutcome]) {
    let known = outcomes.filter { $0.isAnswerable != nil }.sorted { $0.query < $1.query }
    // Each kind in turn, so that both halves have their share of either.
    var halves: [[AnswerOutcome]] = [[], []]
    for kind in [true, false] {
      for (place, outcome) in known.filter({ $0.isAnswerable == kind }).enumerated() {
        halves[place % 2].append(outcome)
      }
    }
    guard
      halves.allSatisfy({ half in
        half.contains { $0.isAnswerable == true } && half.contains { $0.isAnswerable == false }
      })
    else { return nil }
    guard let best = Self.best(on: halves[0]) else { return nil }
    threshold = best.threshold
    chosenHalf = best.rates
    otherHalf = Self.rates(halves[1], threshold: best.threshold)
    curve = (0...50).map { step in
      let threshold = Double(step) / 50
      return CurvePoint(threshold: threshold, rates: Self.rates(known, threshold: threshold))
    }
  }

  /// The threshold with the best balanced rate, the lowest of equal ones.
  ///
  /// - Complexity: O(n²).
  package static func best(on outcomes: [AnswerOutcome]) -> (threshold: Double, rates: Rates)? {
    // Between two neighbouring confidences nothing changes: their middles are all that need be tried.
    let values = Set(outcomes.map(\.confidence)).sorted()
    var candidates = zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
    candidates.append((values.last ?? 0) + 0.01)
    candidates.insert(max(0, (values.first ?? 0) - 0.01), at: 0)
    var best: (threshold: Double, rates: Rates)?
    for candidate in candidates {
      let rates = rates(outcomes, threshold: candidate)
      if rates.balanced > best?.rates.balanced ?? -1 { best = (candidate, rates) }
    }
    return best
  }

  static func rates(_ outcomes: [AnswerOutcome], threshold: Double) -> Rates {
    func share(_ kind: Bool, _ test: (AnswerOutcome) -> Bool) -> Double {
      let members = outcomes.filter { $0.isAnswerable == kind }
      return members.isEmpty ? 0 : Double(members.count(where: test)) / Double(members.count)
    }
    return Rates(
      answered: share(true) { $0.text != nil && $0.confidence >= threshold },
      refused: share(false) { $0.text == nil || $0.confidence < threshold })
  }
}
