import Foundation

/// The distribution of the one-sample statistic D_N at finite N.
///
/// - Source: Marsaglia, Tsang, Wang, "Evaluating Kolmogorov's distribution", J. Stat. Software 8(18), 2003; Pelz,
///   Good, J. Royal Stat. Society B 38, 1976; which where: Simard, L'Ecuyer, J. Stat. Software 39(11), 2011.
package enum KolmogorovDistribution {
  /// P(D_N >= d), to about 1e-5 relative.
  ///
  /// - Complexity: O(N) in the tail, O((N d)³ log N) in the middle of small N, else O(1).
  package static func survival(_ d: Double, count: Int) -> Double {
    if d <= 0 { return 1 }
    if d >= 1 { return 0 }
    let n = Double(count)
    let square = n * d * d
    if square >= 370 { return 0 }
    // The chance to pass both bounds is below 2e-6 of that to pass one of them.
    if square >= 2.2 { return min(1, 2 * oneSidedSurvival(d, count: count)) }
    if 2 * n * d <= 1 { return 1 }
    if count <= 140 || (count <= 100_000 && n * pow(square, 1.5) <= 1.4) {
      return max(0, 1 - matrixCDF(d, count: count))
    }
    return max(0, 1 - pelzGoodCDF(d, count: count))
  }

  /// P(D+_N >= d), Smirnov's sum.
  static func oneSidedSurvival(_ d: Double, count: Int) -> Double {
    let n = Double(count)
    var sum = 0.0
    for j in 0...Int(n * (1 - d)) {
      let share = Double(j) / n
      let rest = 1 - d - share
      if rest < 0 { continue }
      var term = SpecialFunctions.logBinomial(n, Double(j)) + Double(j - 1) * log(d + share)
      if j < count {
        if rest == 0 { continue }
        term += Double(count - j) * log(rest)
      }
      sum += exp(term)
    }
    return d * sum
  }

  /// P(D_N < d) by a matrix power.
  static func matrixCDF(_ d: Double, count: Int) -> Double {
    let k = Int(Double(count) * d) + 1
    let size = 2 * k - 1
    let h = Double(k) - Double(count) * d
    var matrix = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0..<size where i - j + 1 >= 0 { matrix[i * size + j] = 1 }
    }
    for i in 0..<size {
      matrix[i * size] -= pow(h, Double(i + 1))
      matrix[(size - 1) * size + i] -= pow(h, Double(size - i))
    }
    if 2 * h > 1 { matrix[(size - 1) * size] += pow(2 * h - 1, Double(size)) }
    for i in 0..<size {
      for j in 0..<size where i - j + 1 > 0 {
        for g in 1...(i - j + 1) { matrix[i * size + j] /= Double(g) }
      }
    }
    // Powers are kept in range by a binary exponent of their own.
    var power = matrix
    var exponent = 0
    var result: [Double]?
    var resultExponent = 0
    var left = count
    while left > 0 {
      if left & 1 == 1 {
        if let known = result {
          result = product(known, power, size)
          resultExponent += exponent
        } else {
          result = power
          resultExponent = exponent
        }
        if var known = result { rescale(&known, &resultExponent, size, into: &result) }
      }
      left >>= 1
      guard left > 0 else { break }
      power = product(power, power, size)
      exponent *= 2
      var scaled: [Double]?
      rescale(&power, &exponent, size, into: &scaled)
      if let scaled { power = scaled }
    }
    guard let result else { return 0 }
    let middle = result[(k - 1) * size + k - 1]
    // times N! / N^N
    let n = Double(count)
    let logarithm =
      log(middle) + Double(resultExponent) * log(2) + SpecialFunctions.logGamma(n + 1) - n * log(n)
    return exp(logarithm)
  }

  private static func rescale(
    _ matrix: inout [Double], _ exponent: inout Int, _ size: Int, into result: inout [Double]?
  ) {
    let middle = matrix[(size / 2) * size + size / 2]
    guard middle > 0, middle.isFinite else {
      result = matrix
      return
    }
    let shift = Int(middle.exponent)
    if abs(shift) > 400 {
      for index in matrix.indices { matrix[index] = scalbn(matrix[index], -shift) }
      exponent += shift
    }
    result = matrix
  }

  private static func product(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
    var c = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for k in 0..<size {
        let factor = a[i * size + k]
        if factor == 0 { continue }
        for j in 0..<size { c[i * size + j] += factor * b[k * size + j] }
      }
    }
    return c
  }

  /// P(D_N < d) by Pelz and Good's expansion in powers of 1/√N.
  static func pelzGoodCDF(_ d: Double, count: Int) -> Double {
    let root = Double(count).squareRoot()
    let z = root * d
    let pi2 = Double.pi * Double.pi
    let z2 = z * z
    let z4 = z2 * z2
    let z6 = z4 * z2
    let z8 = z4 * z4
    var odd = [0.0, 0.0, 0.0, 0.0]
    var whole = [0.0, 0.0]
    for k in 1...max(2, Int((16 * z / Double.pi).rounded(.up))) {
      let u = Double(2 * k - 1)
      let s = u * u * pi2 / 4
      let weight = exp(-s / (2 * z2))
      odd[0] += weight
      odd[1] += weight * (s - z2)
      odd[2] += weight * (6 * z6 + 2 * z4 + s * (2 * z4 - 5 * z2) + s * s * (1 - 2 * z2))
      odd[3] +=
        weight
        * (-30 * z6 - 90 * z8 + s * (135 * z4 - 96 * z6) + s * s * (212 * z4 - 60 * z2) + s * s * s
          * (5 - 30 * z2))
      let t = Double(k * k) * pi2
      let whole0 = exp(-t / (2 * z2))
      whole[0] += t * whole0
      whole[1] += (3 * t * z2 - t * t) * whole0
    }
    let c = (2 * Double.pi).squareRoot()
    let k0 = c / z * odd[0]
    let k1 = c / (6 * z4) * odd[1]
    let k2 = c / (72 * z6 * z) * odd[2] - c / (36 * z2 * z) * whole[0]
    let k3 = c / (6480 * z8 * z2) * odd[3] + c / (216 * z6) * whole[1]
    return k0 + k1 / root + k2 / (root * root) + k3 / (root * root * root)
  }
}
