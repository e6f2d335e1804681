import Kernels

/// The paired randomisation test: how often a difference of means as large as the one seen comes about when the
/// two systems' values are swapped at random, query by query.
///
/// - Source: Smucker, Allan, Carterette, "A comparison of statistical significance tests for information retrieval
///   evaluation", CIKM 2007.
package struct RandomizationTest: Hashable, Sendable {
  /// Random swaps; with up to `exactLimit` queries that differ, all of them are tried instead.
  package var rounds = 100_000
  package var seed: UInt64 = 42
  static let exactLimit = 16

  package init() {}

  /// Two-sided p-value of the differences' mean.
  ///
  /// - Parameter differences: one a query; queries without a difference change nothing.
  /// - Returns: 1 where nothing differs; never 0.
  /// - Complexity: O(rounds × differences).
  package func pValue(_ differences: [Double]) -> Double {
    let moving = differences.filter { $0 != 0 }
    guard !moving.isEmpty else { return 1 }
    let observed = abs(moving.reduce(0, +))
    // Sums in another order differ in their last bits: what is equal must count as reached.
    let limit = observed - 1e-12 * moving.reduce(0) { $0 + abs($1) }
    if moving.count <= Self.exactLimit {
      var reached = 0
      let all = 1 << moving.count
      for signs in 0..<all {
        var sum = 0.0
        for (index, value) in moving.enumerated() { sum += signs >> index & 1 == 0 ? value : -value }
        if abs(sum) >= limit { reached += 1 }
      }
      return Double(reached) / Double(all)
    }
    var generator = SplitMix64(seed: seed)
    var reached = 0
    for _ in 0..<rounds {
      var sum = 0.0
      var bits: UInt64 = 0
      for index in moving.indices {
        if index & 63 == 0 { bits = generator.next() }
        sum += bits & 1 == 0 ? moving[index] : -moving[index]
        bits >>= 1
      }
      if abs(sum) >= limit { reached += 1 }
    }
    return Double(reached + 1) / Double(rounds + 1)
  }
}
