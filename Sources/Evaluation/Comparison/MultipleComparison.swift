import Kernels

/// Keeps the chance of any false finding down when several runs are compared.
package enum MultipleComparison {
  /// Holm's step-down correction.
  ///
  /// - Parameter pValues: any order.
  /// - Returns: corrected values in that order.
  /// - Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics
  ///   1979.
  package static func holm(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var corrected = pValues
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - place) * pValues[index]))
      corrected[index] = largest
    }
    return corrected
  }

  /// Tukey's honestly significant difference by randomisation: p-values of all pairs of systems at once.
  ///
  /// A pair's p-value is how often the largest difference among all systems, their values shuffled within each
  /// query, reaches the pair's.
  /// - Parameter values: shape `[systems, queries]`.
  /// - Returns: shape `[systems, systems]`, symmetric, 1 on the diagonal.
  /// - Complexity: O(rounds × systems × queries).
  /// - Source: Carterette, "Multiple testing in statistical analysis of systems-based information retrieval
  ///   experiments", ACM TOIS 2012, section 4.2.
  package static func randomizedTukey(
    _ values: [[Double]], rounds: Int = 20_000, seed: UInt64 = 42
  ) -> [[Double]] {
    let systems = values.count
    let queries = values.first?.count ?? 0
    precondition(values.allSatisfy { $0.count == queries }, "systems with different numbers of queries")
    var result = [[Double]](repeating: [Double](repeating: 1, count: systems), count: systems)
    guard systems > 1, queries > 0 else { return result }
    let means = values.map { $0.reduce(0, +) / Double(queries) }
    var ranges: [Double] = []
    ranges.reserveCapacity(rounds)
    var generator = SplitMix64(seed: seed)
    var order = Array(0..<systems)
    for _ in 0..<rounds {
      var sums = [Double](repeating: 0, count: systems)
      for query in 0..<queries {
        for last in stride(from: systems - 1, to: 0, by: -1) {
          order.swapAt(last, generator.below(last + 1))
        }
        for (place, system) in order.enumerated() { sums[place] += values[system][query] }
      }
      ranges.append(((sums.max() ?? 0) - (sums.min() ?? 0)) / Double(queries))
    }
    for first in 0..<systems {
      for second in 0..<first {
        let difference = abs(means[first] - means[second]) - 1e-12
        let reached = ranges.count { $0 >= difference }
        let p = Double(reached + 1) / Double(rounds + 1)
        result[first][second] = p
        result[second][first] = p
      }
    }
    return result
  }
}
