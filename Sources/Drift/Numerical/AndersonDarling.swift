import Foundation

/// The k-sample Anderson-Darling test for two samples.
package enum AndersonDarling {
  /// The normalised statistic with midranks. p is interpolated in a table and stays within 0.001…0.25.
  ///
  /// - Returns: no p-value where all values are equal.
  /// - Complexity: O(values + n + m).
  /// - Source: Scholz, Stephens, "K-sample Anderson-Darling tests", J. American Stat. Association 82, 1987, equations
  ///   (7) and (4), table 2.
  package static func test(_ pair: SamplePair) -> TestResult {
    guard pair.values.count > 1 else { return TestResult(statistic: 0, pValue: nil) }
    let total = pair.n + pair.m
    let N = Double(total)
    var sums = (0.0, 0.0)
    var before = (0.0, 0.0, 0.0)
    for index in pair.values.indices {
      let f = (Double(pair.referenceCounts[index]), Double(pair.currentCounts[index]))
      let l = f.0 + f.1
      let b = before.2 + l / 2
      let denominator = b * (N - b) - N * l / 4
      func term(_ before: Double, _ f: Double, _ n: Double) -> Double {
        let difference = N * (before + f / 2) - b * n
        return l / N * difference * difference / denominator
      }
      sums.0 += term(before.0, f.0, Double(pair.n))
      sums.1 += term(before.1, f.1, Double(pair.m))
      before = (before.0 + f.0, before.1 + f.1, before.2 + l)
    }
    let raw = (sums.0 / Double(pair.n) + sums.1 / Double(pair.m)) * (N - 1) / N

    var h = 0.0
    var g = 0.0
    for i in stride(from: total - 1, through: 1, by: -1) {
      // h is Σ 1/j for j from i + 1; the double sum g uses it before j = i is added.
      if i <= total - 2 { g += h / Double(total - i) }
      h += 1 / Double(i)
    }
    let H = 1 / Double(pair.n) + 1 / Double(pair.m)
    let k = 2.0
    let a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * H
    let b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * H - 8 * h + 4 * g - 6
    let c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * H + 4 * h
    let d = (2 * h + 6) * k * k - 4 * h * k
    let variance = (a * N * N * N + b * N * N + c * N + d) / ((N - 1) * (N - 2) * (N - 3))
    let statistic = (raw - (k - 1)) / variance.squareRoot()
    return TestResult(statistic: statistic, pValue: pValue(statistic))
  }

  private static let levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
  /// b0 + b1 + b2 of the table for two samples.
  private static let critical = [
    0.675 - 0.245 - 0.105, 1.281 + 0.25 - 0.305, 1.645 + 0.678 - 0.362, 1.96 + 1.149 - 0.391,
    2.326 + 1.822 - 0.396, 2.573 + 2.364 - 0.345, 3.085 + 3.615 - 0.154,
  ]

  /// A parabola through ln p by least squares.
  static func pValue(_ statistic: Double) -> Double {
    if statistic < critical[0] { return levels[0] }
    if statistic > critical[critical.count - 1] { return levels[levels.count - 1] }
    // Normal equations, centred so that they are well conditioned.
    let centre = critical.reduce(0, +) / Double(critical.count)
    var power = [Double](repeating: 0, count: 5)
    var right = [Double](repeating: 0, count: 3)
    for (x, level) in zip(critical.map({ $0 - centre }), levels) {
      for degree in 0..<5 { power[degree] += pow(x, Double(degree)) }
      for degree in 0..<3 { right[degree] += pow(x, Double(degree)) * log(level) }
    }
    var system = (0..<3).map { row in (0..<3).map { power[row + $0] } + [right[row]] }
    for pivot in 0..<3 {
      for row in 0..<3 where row != pivot {
        let factor = system[row][pivot] / system[pivot][pivot]
        for column in 0..<4 { system[row][column] -= factor * system[pivot][column] }
      }
    }
    let x = statistic - centre
    let fit = (0..<3).reduce(0.0) { $0 + system[$1][3] / system[$1][$1] * pow(x, Double($1)) }
    return min(1, exp(fit))
  }
}
