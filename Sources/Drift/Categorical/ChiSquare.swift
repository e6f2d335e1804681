import Kernels

/// Chi-square tests that two columns have the same shares of categories.
package enum ChiSquare {
  /// Takes the reference as the exact truth, as Evidently does: false alarms grow with the size of the current side.
  ///
  /// A category that the reference does not have gives p = 0; one category alone has no p-value.
  /// - Complexity: O(categories).
  package static func againstFixedReference(_ counts: CategoryCounts) -> TestResult {
    guard counts.names.count > 1 else { return TestResult(statistic: 0, pValue: nil) }
    let scale = Double(counts.currentTotal) / Double(counts.referenceTotal)
    var statistic = 0.0
    for (r, c) in zip(counts.reference, counts.current) {
      let expected = Double(r) * scale
      let difference = Double(c) - expected
      statistic += difference * difference / expected
    }
    let freedom = Double(counts.names.count - 1)
    return TestResult(
      statistic: statistic,
      pValue: SpecialFunctions.chiSquareTail(statistic, degreesOfFreedom: freedom))
  }

  /// Pearson's test on the 2×K table, no continuity correction.
  ///
  /// - Returns: no p-value for one category alone.
  /// - Complexity: O(categories).
  package static func twoSample(_ counts: CategoryCounts) -> TestResult {
    guard counts.names.count > 1 else { return TestResult(statistic: 0, pValue: nil) }
    let statistic = pearson(counts.reference, counts.current)
    let freedom = Double(counts.names.count - 1)
    return TestResult(
      statistic: statistic,
      pValue: SpecialFunctions.chiSquareTail(statistic, degreesOfFreedom: freedom))
  }

  /// The two-sample test that is valid for small counts too: categories with an expected count below 5 are pooled;
  /// where that isn't enough, Fisher's exact test for two categories, else p by permutation of the rows.
  ///
  /// - Complexity: O(categories), with permutation O(permutations × rows).
  package static func valid(
    _ counts: CategoryCounts, permutations: Int = 2000, seed: UInt64 = 42
  ) -> TestResult {
    guard counts.names.count > 1 else { return TestResult(statistic: 0, pValue: nil) }
    let (reference, current) = pooled(counts)
    guard reference.count > 1 else {
      return permuted(counts.reference, counts.current, permutations: permutations, seed: seed)
    }
    if smallestExpected(reference, current) >= 5 {
      let statistic = pearson(reference, current)
      return TestResult(
        statistic: statistic,
        pValue: SpecialFunctions.chiSquareTail(statistic, degreesOfFreedom: Double(reference.count - 1)))
    }
    if reference.count == 2 {
      let statistic = pearson(reference, current)
      let p = FisherExact.pValue(reference[0], reference[1], current[0], current[1])
      return TestResult(statistic: statistic, pValue: p)
    }
    return permuted(reference, current, permutations: permutations, seed: seed)
  }

  /// Counts with the small categories in one.
  private static func pooled(_ counts: CategoryCounts) -> ([Int], [Int]) {
    let total = Double(counts.referenceTotal + counts.currentTotal)
    let smaller = Double(min(counts.referenceTotal, counts.currentTotal))
    var reference: [Int] = []
    var current: [Int] = []
    var other = (0, 0)
    for (r, c) in zip(counts.reference, counts.current) {
      if Double(r + c) * smaller / total < 5 {
        other.0 += r
        other.1 += c
      } else {
        reference.append(r)
        current.append(c)
      }
    }
    if other.0 + other.1 > 0 {
      reference.append(other.0)
      current.append(other.1)
    }
    return (reference, current)
  }

  private static func smallestExpected(_ reference: [Int], _ current: [Int]) -> Double {
    let n = Double(reference.reduce(0, +))
    let m = Double(current.reduce(0, +))
    let smallest = zip(reference, current).map { $0 + $1 }.min() ?? 0
    return Double(smallest) * min(n, m) / (n + m)
  }

  private static func permuted(
    _ reference: [Int], _ current: [Int], permutations: Int, seed: UInt64
  ) -> TestResult {
    let statistic = pearson(reference, current)
    var draw = LabelPermutation(
      totals: zip(reference, current).map { $0 + $1 }, referenceTotal: reference.reduce(0, +), seed: seed)
    var reached = 0
    for _ in 0..<permutations {
      let (left, right) = draw.next()
      if pearson(left, right) >= statistic * (1 - 1e-12) { reached += 1 }
    }
    return TestResult(statistic: statistic, pValue: Double(reached + 1) / Double(permutations + 1))
  }

  static func pearson(_ reference: [Int], _ current: [Int]) -> Double {
    let n = Double(reference.reduce(0, +))
    let m = Double(current.reduce(0, +))
    var sum = 0.0
    for (r, c) in zip(reference, current) where r + c > 0 {
      let difference = Double(r) * m - Double(c) * n
      sum += difference * difference / Double(r + c)
    }
    return sum / (n * m)
  }
}
