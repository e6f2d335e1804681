/// Tests of equal means, two-sided.
package enum StudentTest {
  /// Welch's test: variances may differ.
  ///
  /// - Source: Welch, "The generalization of Student's problem", Biometrika 34, 1947.
  package static func welch(_ pair: SamplePair) -> TestResult {
    let n = Double(pair.n)
    let m = Double(pair.m)
    let x = pair.reference.sampleVariance / n
    let y = pair.current.sampleVariance / m
    guard pair.n > 1, pair.m > 1, x + y > 0 else { return TestResult(statistic: 0, pValue: nil) }
    let freedom = (x + y) * (x + y) / (x * x / (n - 1) + y * y / (m - 1))
    return result(pair, error: (x + y).squareRoot(), freedom: freedom)
  }

  /// Student's test: one variance, pooled.
  package static func student(_ pair: SamplePair) -> TestResult {
    let n = Double(pair.n)
    let m = Double(pair.m)
    let squares = pair.reference.sampleVariance * (n - 1) + pair.current.sampleVariance * (m - 1)
    guard pair.n > 1, pair.m > 1, squares > 0 else { return TestResult(statistic: 0, pValue: nil) }
    let freedom = n + m - 2
    return result(pair, error: (squares / freedom * (1 / n + 1 / m)).squareRoot(), freedom: freedom)
  }

  private static func result(_ pair: SamplePair, error: Double, freedom: Double) -> TestResult {
    let t = (pair.reference.mean - pair.current.mean) / error
    return TestResult(
      statistic: t, pValue: SpecialFunctions.studentTwoSided(t, degreesOfFreedom: freedom))
  }
}
