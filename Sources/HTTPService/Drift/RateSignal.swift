import Catalog
import Drift
import Foundation

/// Rates of all questions since the baseline, by tests that may be looked at as often as one likes.
///
/// Nothing found and no answer: a cumulative sum that is tuned to twice the usual rate. The cosine of the nearest
/// passage: a betting test of its mean. Bad ratings: a binomial bound for the window.
struct RateSignal {
  let baseline: DriftBaseline
  let settings: DriftMonitorSettings

  /// In nats: at the usual rate a false alarm comes once in 20,000 questions or less often.
  private static let threshold = 10.0
  /// A rate that was never seen is taken to be as high as one that would have been missed half the time.
  private static func usual(_ events: Int, of total: Int) -> Double {
    min(0.45, max(Double(events), 0.7) / Double(max(1, total)))
  }

  func result(since: [ObservedQuestion], rated: (up: Int, down: Int)) -> SignalResult {
    let asked = baseline.asked
    guard min(asked.count, since.count) >= settings.minimumCount else {
      return .insufficient(
        .rates,
        "Too few to decide: \(asked.count) and \(since.count) questions, \(settings.minimumCount) a side are needed.",
        reference: asked.count, current: since.count)
    }
    var parts = [
      cumulative(
        "nothing found", before: asked.map { $0.hits == 0 }, now: since.map { $0.hits == 0 }),
      cumulative(
        "no answer", before: asked.compactMap(\.isAbstained), now: since.compactMap(\.isAbstained)),
      bets(before: asked.compactMap(\.topScore), now: since.compactMap(\.topScore)),
    ].compactMap { $0 }
    let before = baseline.ratedUp + baseline.ratedDown
    let now = rated.up + rated.down
    if before >= 20, now >= 20 {
      let usual = Self.usual(baseline.ratedDown, of: before)
      let p = RateBounds.tails(events: rated.down, of: now, rate: usual).many
      parts.append(
        .init(
          name: "rated badly", verdict: p <= settings.alpha / 10 ? .drift : .none,
          statistic: Double(rated.down) / Double(now), pValue: p))
    }
    let moved = parts.filter { $0.verdict == .drift }
    return SignalResult(
      signal: .rates, verdict: moved.isEmpty ? .none : .drift, method: "parts_that_moved",
      statistic: Double(moved.count), pValue: nil, referenceCount: asked.count, currentCount: since.count,
      summary: moved.isEmpty
        ? "No rate moved since the baseline."
        : "Moved since the baseline, be it for a while: \(moved.map(\.name).joined(separator: ", ")).",
      parts: parts)
  }

  private func cumulative(_ name: String, before: [Bool], now: [Bool]) -> SignalResult.Part? {
    guard before.count >= settings.minimumCount, !now.isEmpty else { return nil }
    let rate = Self.usual(before.count { $0 }, of: before.count)
    var sum = BernoulliCUSUM(rate: rate, changedRate: 2 * rate, threshold: Self.threshold)
    // The sum falls again when the rate does.
    var isAbove = false
    for event in now { isAbove = sum.observe(event) }
    return .init(
      name: name, verdict: isAbove ? .drift : .none,
      statistic: Double(now.count { $0 }) / Double(now.count), pValue: nil)
  }

  private func bets(before: [Double], now: [Double]) -> SignalResult.Part? {
    guard before.count >= settings.minimumCount, !now.isEmpty else { return nil }
    func unit(_ cosine: Double) -> Double { (min(1, max(-1, cosine)) + 1) / 2 }
    let values = before.map(unit)
    let mean = values.reduce(0, +) / Double(values.count)
    guard mean > 0, mean < 1 else { return nil }
    // The baseline's mean is itself uncertain: what is within two of its standard errors is no change.
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    let slack = 2 * (variance / Double(values.count)).squareRoot()
    var fall = BettingTest(mean: max(1e-6, mean - slack), alpha: settings.alpha / 2, direction: .fall)
    var rise = BettingTest(mean: min(1 - 1e-6, mean + slack), alpha: settings.alpha / 2, direction: .rise)
    for value in now.map(unit) {
      fall.observe(value)
      rise.observe(value)
    }
    let p = min(1, 2 * min(fall.pValue, rise.pValue))
    return .init(
      name: "cosine of the nearest passage", verdict: p <= settings.alpha ? .drift : .none,
      statistic: now.reduce(0, +) / Double(now.count), pValue: p)
  }
}
