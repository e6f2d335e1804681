/// The two-sample Kolmogorov-Smirnov test, two-sided.
package enum KolmogorovSmirnov {
  /// Larger samples than this get the finite-N p-value.
  package static let exactLimit = 10_000

  /// D = sup |F_ref - F_cur| over all values, ties stepping together. With ties p is conservative.
  ///
  /// - Complexity: O(values), and O(n × m × D) for the exact p.
  /// - Source: Hodges, "The significance probability of the Smirnov two-sample test", Arkiv för Matematik 3, 1958.
  package static func test(_ pair: SamplePair) -> TestResult {
    let (statistic, steps) = distance(pair)
    if steps == 0 { return TestResult(statistic: 0, pValue: 1) }
    let n = pair.n
    let m = pair.m
    let p: Double
    if max(n, m) > exactLimit {
      let effective = (Double(n) * Double(m) / Double(n + m)).rounded(.toNearestOrEven)
      p = KolmogorovDistribution.survival(statistic, count: max(1, Int(effective)))
    } else if n == m {
      p = squareP(n: n, steps: steps)
    } else {
      p = latticeP(n: n, m: m, steps: steps)
    }
    return TestResult(statistic: statistic, pValue: min(1, max(0, p)))
  }

  /// D, and D × lcm(n, m) as the whole number that it is.
  package static func distance(_ pair: SamplePair) -> (statistic: Double, steps: Int) {
    let n = pair.n
    let m = pair.m
    var i = 0
    var j = 0
    var largest = 0
    for index in pair.values.indices {
      i += pair.referenceCounts[index]
      j += pair.currentCounts[index]
      largest = max(largest, abs(i * m - j * n))
    }
    return (Double(largest) / (Double(n) * Double(m)), largest / greatestCommonDivisor(n, m))
  }

  /// P(D >= steps / n) for equal sizes: twice an alternating series of ratios of binomial coefficients, in Horner's
  /// form.
  ///
  /// - Complexity: O(n).
  static func squareP(n: Int, steps: Int) -> Double {
    var p = 1.0
    for k in stride(from: n / steps, through: 0, by: -1) {
      var ratio = 1.0
      let high = n + k * steps
      let low = n - k * steps
      for j in 0..<steps { ratio *= Double(low - j) / Double(high + j + 1) }
      p = ratio * (1 - p)
    }
    return 2 * p
  }

  /// P(a random lattice path from (0, 0) to (n, m) touches |i m - j n| >= steps × gcd).
  ///
  /// Mass that leaves the band is added up where it leaves, so small p-values keep their digits.
  ///
  /// - Complexity: O(n × width of the band).
  static func latticeP(n: Int, m: Int, steps: Int) -> Double {
    let divisor = greatestCommonDivisor(n, m)
    let stepX = m / divisor
    let stepY = n / divisor
    // inside: |x stepX - y stepY| < steps
    let inverse = [0] + (1...(n + m)).map { 1 / Double($0) }
    var row = [Double](repeating: 0, count: m + 1)
    var outside = 0.0
    var previousLow = 0
    var previousHigh = -1
    for x in 0...n {
      let centre = x * stepX
      // y stepY > centre - steps and y stepY < centre + steps
      let low = centre - steps < 0 ? 0 : (centre - steps) / stepY + 1
      let high = min(m, (centre + steps - 1) / stepY)
      // A step in x: from (x - 1, y) with probability (n - x + 1) / (steps left).
      if x > 0 {
        for y in previousLow...previousHigh {
          row[y] *= Double(n - x + 1) * inverse[n + m - x + 1 - y]
          if y < low {
            outside += row[y]
            row[y] = 0
          }
        }
      } else {
        row[0] = 1
      }
      guard low <= high else { return outside }
      // Steps in y.
      for y in low...high {
        let left = n + m - x - y
        guard y < m, left > 0 else { continue }
        let mass = row[y] * Double(m - y) * inverse[left]
        if y == high { outside += mass } else { row[y + 1] += mass }
      }
      previousLow = low
      previousHigh = high
    }
    return outside
  }

  static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
