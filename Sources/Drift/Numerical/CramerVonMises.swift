import Foundation

/// The two-sample Cramér-von Mises test. For continuous columns only: under heavy ties it alarms on nothing.
package enum CramerVonMises {
  /// T with midranks and the limiting p-value; without ties and with at most 20 rows a side p is exact.
  ///
  /// - Complexity: O(n + m).
  /// - Source: Anderson, "On the distribution of the two-sample Cramér-von Mises criterion", Annals of Math. Statistics
  ///   33, 1962; Csörgő, Faraway, J. Royal Stat. Society B 58, 1996, equation (1.3); exact: Xiao, Gordon, Yakovlev,
  ///   J. Stat. Software 17(8), 2007.
  package static func test(_ pair: SamplePair) -> TestResult {
    let n = Double(pair.n)
    let m = Double(pair.m)
    let total = n + m
    var before = (0.0, 0.0)
    var sums = (0.0, 0.0)
    for index in pair.values.indices {
      let f = (Double(pair.referenceCounts[index]), Double(pair.currentCounts[index]))
      let rank = before.0 + before.1 + (f.0 + f.1 + 1) / 2
      // Σ over the f rows of one value of (rank - place)², places before + 1 … before + f.
      func squares(_ before: Double, _ f: Double) -> Double {
        let offset = rank - before
        return f * offset * offset - offset * f * (f + 1) + f * (f + 1) * (2 * f + 1) / 6
      }
      sums.0 += squares(before.0, f.0)
      sums.1 += squares(before.1, f.1)
      before = (before.0 + f.0, before.1 + f.1)
    }
    let u = n * sums.0 + m * sums.1
    let k = n * m
    let statistic = u / (k * total) - (4 * k - 1) / (6 * total)
    if max(pair.n, pair.m) <= 20, !pair.hasTies {
      return TestResult(statistic: statistic, pValue: exactTail(pair.n, pair.m, u: Int(u.rounded())))
    }
    let expected = (1 + 1 / total) / 6
    let variance = (total + 1) * (4 * k * total - 3 * (n * n + m * m) - 2 * k) / (45 * total * total * 4 * k)
    let limit = 1.0 / 6 + (statistic - expected) / (45 * variance).squareRoot()
    return TestResult(statistic: statistic, pValue: limit < 0.003 ? 1 : max(0, 1 - limitCDF(limit)))
  }

  static func limitCDF(_ x: Double) -> Double {
    var sum = 0.0
    for k in 0..<200 {
      let y = Double(4 * k + 1)
      let q = y * y / (16 * x)
      let logarithm = SpecialFunctions.logGamma(Double(k) + 0.5) - SpecialFunctions.logGamma(Double(k) + 1)
      let term =
        exp(logarithm - q) / (pow(Double.pi, 1.5) * x.squareRoot()) * y.squareRoot()
        * SpecialFunctions.besselK(0.25, q)
      sum += term
      if term < sum * 1e-17 { break }
    }
    return sum
  }

  /// P(U >= u) over all interleavings of n and m values: ζ = Σ (x m - y n)² along the path, which rises with U.
  static func exactTail(_ n: Int, _ m: Int, u: Int) -> Double {
    // counts[x]: how many paths to (x, y) have each sum of squares.
    var counts = [[Int: Double]](repeating: [:], count: n + 1)
    for y in 0...m {
      for x in 0...n {
        var here: [Int: Double] = [:]
        if x == 0 && y == 0 {
          here[0] = 1
        } else {
          let difference = x * m - y * n
          let square = difference * difference
          if x > 0 { for (sum, ways) in counts[x - 1] { here[sum + square, default: 0] += ways } }
          if y > 0 { for (sum, ways) in counts[x] { here[sum + square, default: 0] += ways } }
        }
        counts[x] = here
      }
    }
    // T = ζ / (n m N²) as in Anderson's (2), and U = T n m N + (4 n m - 1) n m / 6.
    let k = n * m
    let total = n + m
    let threshold = Double(total) * (Double(u) - Double(k * (4 * k - 1)) / 6)
    let reached = counts[n].reduce(0.0) { Double($1.key) >= threshold - 0.5 ? $0 + $1.value : $0 }
    return min(1, reached / counts[n].values.reduce(0, +))
  }
}
