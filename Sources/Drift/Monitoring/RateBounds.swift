/// Exact binomial tests and Wilson's interval for a rate in one window.
package enum RateBounds {
  /// P of as few, and of as many, events where `rate` is usual.
  ///
  /// - Complexity: O(√trials).
  package static func tails(events: Int, of trials: Int, rate: Double) -> (few: Double, many: Double) {
    let tails = SpecialFunctions.binomialTails(successes: events, trials: trials, probability: rate)
    return (tails.lower, tails.upper)
  }

  /// - Source: Wilson, J. American Stat. Association 22, 1927.
  package static func wilson(events: Int, of trials: Int, level: Double = 0.95) -> ClosedRange<Double> {
    precondition(trials > 0 && (0...trials).contains(events), "\(events) of \(trials)")
    let z = SpecialFunctions.normalQuantile(upperTail: (1 - level) / 2)
    let n = Double(trials)
    let share = Double(events) / n
    let scale = 1 + z * z / n
    let centre = (share + z * z / (2 * n)) / scale
    let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / scale
    return max(0, centre - half)...min(1, centre + half)
  }
}
