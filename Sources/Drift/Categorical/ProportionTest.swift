/// Tests that a share is the same on both sides.
package enum ProportionTest {
  /// The Z test with pooled variance, two-sided. Both sides constant and equal give p = 1.
  ///
  /// - Complexity: O(1).
  package static func z(_ reference: Int, of n: Int, _ current: Int, of m: Int) -> TestResult {
    let share = Double(reference + current) / Double(n + m)
    let variance = share * (1 - share) * (1 / Double(n) + 1 / Double(m))
    guard variance > 0 else { return TestResult(statistic: 0, pValue: 1) }
    let z = (Double(reference) / Double(n) - Double(current) / Double(m)) / variance.squareRoot()
    return TestResult(statistic: z, pValue: 2 * SpecialFunctions.normalTail(abs(z)))
  }

  /// The Z test for the share of all categories but the first.
  package static func z(_ counts: CategoryCounts) -> TestResult {
    z(
      counts.referenceTotal - counts.reference[0], of: counts.referenceTotal,
      counts.currentTotal - counts.current[0], of: counts.currentTotal)
  }

  /// Tests that as many rows are missing on both sides: Fisher's test where an expected count is below 5, else Z.
  package static func missing(_ reference: Int, of n: Int, _ current: Int, of m: Int) -> TestResult {
    let result = z(reference, of: n, current, of: m)
    let missing = reference + current
    let smallest = Double(min(missing, n + m - missing)) * Double(min(n, m)) / Double(n + m)
    guard missing > 0, missing < n + m, smallest < 5 else { return result }
    return TestResult(
      statistic: result.statistic,
      pValue: FisherExact.pValue(reference, n - reference, current, m - current))
  }
}
