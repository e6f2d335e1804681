/// Distances between two samples that need no bins.
package enum NumericalDistances {
  /// Below this the reference's standard deviation counts as this.
  package static let standardDeviationFloor = 0.001

  /// W1 = ∫|F_ref - F_cur| dx, in units of the column.
  ///
  /// - Complexity: O(values).
  package static func wasserstein(_ pair: SamplePair) -> Double {
    var sum = 0.0
    pair.forEachGap { width, difference in sum += width * abs(difference) }
    return sum
  }

  /// W1 in standard deviations of the reference (divisor n).
  ///
  /// - Complexity: O(values).
  package static func normedWasserstein(_ pair: SamplePair) -> Double {
    wasserstein(pair) / max(pair.reference.populationStandardDeviation, standardDeviationFloor)
  }

  /// √(2 ∫(F_ref - F_cur)² dx).
  ///
  /// - Complexity: O(values).
  /// - Source: Székely, Rizzo, "Energy statistics", J. Stat. Planning and Inference 143, 2013.
  package static func energy(_ pair: SamplePair) -> Double {
    var sum = 0.0
    pair.forEachGap { width, difference in sum += width * difference * difference }
    return (2 * sum).squareRoot()
  }
}
