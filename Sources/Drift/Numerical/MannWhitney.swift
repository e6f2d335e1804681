/// The Mann-Whitney U test, two-sided.
package enum MannWhitney {
  /// U of the reference. p is exact where a side has at most 8 rows and nothing is tied, else normal with correction
  /// for ties and continuity.
  ///
  /// - Complexity: O(values); O(n² m) when exact.
  /// - Source: Mann, Whitney, Annals of Math. Statistics 18, 1947.
  package static func test(_ pair: SamplePair) -> TestResult {
    let (u, variance) = statistic(pair)
    let top = Double(pair.n) * Double(pair.m)
    let larger = max(u, top - u)
    if isExact(pair) {
      return TestResult(statistic: u, pValue: min(1, 2 * exactTail(pair.n, pair.m, from: Int(larger))))
    }
    guard variance > 0 else { return TestResult(statistic: u, pValue: nil) }
    let z = (larger - top / 2 - 0.5) / variance.squareRoot()
    return TestResult(statistic: u, pValue: min(1, 2 * SpecialFunctions.normalTail(z)))
  }

  /// p of the alternative that the reference is the smaller side. 1 where nothing varies.
  ///
  /// - Complexity: that of ``test(_:)``.
  package static func lowerTail(_ pair: SamplePair) -> Double {
    let (u, variance) = statistic(pair)
    let top = Double(pair.n) * Double(pair.m)
    if isExact(pair) { return min(1, exactTail(pair.n, pair.m, from: Int(top - u))) }
    guard variance > 0 else { return 1 }
    return SpecialFunctions.normalTail((top / 2 - u - 0.5) / variance.squareRoot())
  }

  private static func isExact(_ pair: SamplePair) -> Bool {
    min(pair.n, pair.m) <= 8 && !pair.hasTies
  }

  /// U of the reference and its variance under ties.
  static func statistic(_ pair: SamplePair) -> (u: Double, variance: Double) {
    let n = Double(pair.n)
    let m = Double(pair.m)
    var before = 0.0
    var rankSum = 0.0
    var ties = 0.0
    for index in pair.values.indices {
      let count = Double(pair.referenceCounts[index] + pair.currentCounts[index])
      rankSum += Double(pair.referenceCounts[index]) * (before + (count + 1) / 2)
      ties += count * count * count - count
      before += count
    }
    let total = n + m
    return (rankSum - n * (n + 1) / 2, n * m / 12 * (total + 1 - ties / (total * (total - 1))))
  }

  /// P(U >= u) without ties, from the Gaussian binomial coefficients.
  static func exactTail(_ n: Int, _ m: Int, from u: Int) -> Double {
    let small = min(n, m)
    let large = max(n, m)
    let top = n * m
    // Symmetric: P(U >= u) = P(U <= top - u), so only the low half is needed.
    let limit = top - u
    guard limit >= 0 else { return 0 }
    var ways = [Double](repeating: 0, count: limit + 1)
    ways[0] = 1
    for part in 1...small {
      let up = large + part
      if up <= limit {
        for index in stride(from: limit, through: up, by: -1) { ways[index] -= ways[index - up] }
      }
      if part <= limit {
        for index in part...limit { ways[index] += ways[index - part] }
      }
    }
    var total = 1.0
    for part in 1...small { total *= Double(large + part) / Double(part) }
    return ways.reduce(0, +) / total
  }
}
