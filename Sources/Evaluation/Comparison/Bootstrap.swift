import Kernels

/// An interval for a mean over queries, by drawing queries with replacement.
///
/// - Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3 (percentile interval); Sakai,
///   "Evaluating evaluation metrics based on the bootstrap", SIGIR 2006.
package struct Bootstrap: Hashable, Sendable {
  package var rounds = 10_000
  package var seed: UInt64 = 42

  package init() {}

  /// The interval that holds the mean with probability `level`.
  ///
  /// - Parameter values: one a query.
  /// - Returns: `nil` for fewer than two values.
  /// - Complexity: O(rounds × (values + log rounds)).
  package func interval(_ values: [Double], level: Double = 0.95) -> ConfidenceInterval? {
    guard values.count > 1 else { return nil }
    var generator = SplitMix64(seed: seed)
    var means: [Double] = []
    means.reserveCapacity(rounds)
    for _ in 0..<rounds {
      var sum = 0.0
      for _ in values.indices { sum += values[generator.below(values.count)] }
      means.append(sum / Double(values.count))
    }
    means.sort()
    return ConfidenceInterval(
      low: Self.quantile(means, (1 - level) / 2), high: Self.quantile(means, 1 - (1 - level) / 2),
      level: level)
  }

  /// Linear interpolation between order statistics.
  ///
  /// - Parameter sorted: rising, at least one value.
  package static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let low = Int(place)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
  }
}

package struct ConfidenceInterval: Hashable, Sendable {
  package var low: Double
  package var high: Double
  /// Probability, 0…1.
  package var level: Double

  package init(low: Double, high: Double, level: Double) {
    self.low = low
    self.high = high
    self.level = level
  }
}
