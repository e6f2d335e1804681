import Foundation

/// Tails of distributions, to about 1e-12 relative. No tail is computed as one minus the other side.
///
/// - Source: NIST Digital Library of Mathematical Functions, chapters 5, 7, 8 and 10; Lentz's method for the continued
///   fractions as in Thompson, Barnett, J. Comput. Phys. 64, 1986.
package enum SpecialFunctions {
  /// ln Γ(x) for x > 0.
  ///
  /// - Source: DLMF 5.11.1 (Stirling's series) above 15, after the recurrence 5.5.1.
  package static func logGamma(_ x: Double) -> Double {
    precondition(x > 0, "ln Γ of \(x)")
    var shift = 1.0
    var y = x
    while y < 15 {
      shift *= y
      y += 1
    }
    let inverse = 1 / y
    let square = inverse * inverse
    let series =
      inverse
      * (1.0 / 12 + square
        * (-1.0 / 360 + square
          * (1.0 / 1260 + square * (-1.0 / 1680 + square * (1.0 / 1188 - square * 691.0 / 360_360)))))
    return (y - 0.5) * log(y) - y + 0.5 * log(2 * Double.pi) + series - log(shift)
  }

  /// ln of the number of ways to choose `k` of `n`.
  package static func logBinomial(_ n: Double, _ k: Double) -> Double {
    logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
  }

  /// The regularised lower and upper incomplete gamma functions P(a, x) and Q(a, x).
  ///
  /// - Source: DLMF 8.11.4 (series) and 8.9.2 (continued fraction).
  /// - Complexity: O(√a) steps near x = a.
  package static func incompleteGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    precondition(a > 0 && x >= 0, "incomplete gamma of \(a), \(x)")
    if x == 0 { return (0, 1) }
    if x.isInfinite { return (1, 0) }
    let front = exp(a * log(x) - x - logGamma(a))
    if x < a + 1 {
      var term = 1 / a
      var sum = term
      var n = a
      while term > sum * 1e-17 {
        n += 1
        term *= x / n
        sum += term
      }
      let lower = front * sum
      return (lower, 1 - lower)
    }
    let tiny = 1e-300
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / b
    var fraction = d
    for i in 1..<1_000_000 {
      let an = -Double(i) * (Double(i) - a)
      b += 2
      d = an * d + b
      if abs(d) < tiny { d = tiny }
      c = b + an / c
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      let factor = d * c
      fraction *= factor
      if abs(factor - 1) < 1e-16 { break }
    }
    let upper = front * fraction
    return (1 - upper, upper)
  }

  /// The regularised incomplete beta function I_x(a, b).
  ///
  /// - Parameter complement: 1 - x, given so that it needs no subtraction.
  /// - Source: DLMF 8.17.22.
  package static func incompleteBeta(_ a: Double, _ b: Double, x: Double, complement: Double) -> Double {
    if x <= 0 { return 0 }
    if complement <= 0 { return 1 }
    if x > (a + 1) / (a + b + 2) {
      return 1 - incompleteBetaFraction(b, a, x: complement, complement: x)
    }
    return incompleteBetaFraction(a, b, x: x, complement: complement)
  }

  private static func incompleteBetaFraction(
    _ a: Double, _ b: Double, x: Double, complement: Double
  ) -> Double {
    let front = exp(a * log(x) + b * log(complement) - logGamma(a) - logGamma(b) + logGamma(a + b)) / a
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    if abs(d) < tiny { d = tiny }
    d = 1 / d
    var fraction = d
    for m in 1..<100_000 {
      let i = Double(m)
      for numerator in [
        i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i)),
        -(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1)),
      ] {
        d = 1 + numerator * d
        if abs(d) < tiny { d = tiny }
        c = 1 + numerator / c
        if abs(c) < tiny { c = tiny }
        d = 1 / d
        fraction *= d * c
      }
      if abs(d * c - 1) < 1e-16 { break }
    }
    return front * fraction
  }

  /// P(Z > z) for a standard normal Z.
  package static func normalTail(_ z: Double) -> Double {
    0.5 * erfc(z / 2.0.squareRoot())
  }

  /// The z with P(Z > z) = `p`, for 0 < p < 1: bisection on `normalTail`.
  package static func normalQuantile(upperTail p: Double) -> Double {
    precondition(p > 0 && p < 1, "normal quantile of \(p)")
    var low = -40.0
    var high = 40.0
    for _ in 0..<200 where high - low > 0 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if normalTail(middle) > p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// P(X > x) for a chi-square X.
  package static func chiSquareTail(_ x: Double, degreesOfFreedom: Double) -> Double {
    x.isInfinite ? 0 : incompleteGamma(degreesOfFreedom / 2, max(0, x) / 2).upper
  }

  /// P(|T| > |t|) for a Student T.
  package static func studentTwoSided(_ t: Double, degreesOfFreedom: Double) -> Double {
    let square = t * t
    if square.isInfinite { return 0 }
    let total = degreesOfFreedom + square
    return incompleteBeta(degreesOfFreedom / 2, 0.5, x: degreesOfFreedom / total, complement: square / total)
  }

  /// P(X <= successes) and P(X >= successes) for a binomial X.
  package static func binomialTails(
    successes: Int, trials: Int, probability: Double
  ) -> (lower: Double, upper: Double) {
    let k = Double(successes)
    let n = Double(trials)
    let rest = 1 - probability
    let lower =
      successes >= trials ? 1 : incompleteBeta(n - k, k + 1, x: rest, complement: probability)
    let upper = successes <= 0 ? 1 : incompleteBeta(k, n - k + 1, x: probability, complement: rest)
    return (lower, upper)
  }

  /// The modified Bessel function K_ν(z), z > 0, by the trapezoidal rule, which converges doubly exponentially here.
  ///
  /// - Source: DLMF 10.32.9.
  package static func besselK(_ order: Double, _ z: Double) -> Double {
    let step = 1.0 / 64
    var sum = 0.5 * exp(-z)
    var t = step
    while true {
      let term = exp(-z * cosh(t) + order * t) * 0.5 + exp(-z * cosh(t) - order * t) * 0.5
      sum += term
      if term <= sum * 1e-18 || term == 0 { break }
      t += step
    }
    return sum * step
  }
}
