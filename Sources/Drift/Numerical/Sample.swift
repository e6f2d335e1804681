/// The finite values of one side of a numerical column, sorted once.
package struct Sample: Sendable {
  /// Rising; neither NaN nor infinite.
  package let sorted: [Double]
  package let mean: Double
  /// With divisor n.
  package let populationStandardDeviation: Double
  /// Every value was written as a whole number and none was missing.
  package let areIntegers: Bool

  /// - Parameter values: any order; NaN and infinities are dropped.
  /// - Complexity: O(n).
  package init(_ values: [Double], areIntegers: Bool = false) {
    sorted = RadixSort.sorted(values.allSatisfy(\.isFinite) ? values : values.filter(\.isFinite))
    self.areIntegers = areIntegers
    let count = Double(sorted.count)
    var sum = 0.0
    for value in sorted { sum += value }
    let mean = sum / count
    var squares = 0.0
    var rest = 0.0
    for value in sorted {
      let difference = value - mean
      squares += difference * difference
      rest += difference
    }
    // The second pass takes the rounding of the first sum out again.
    self.mean = mean + rest / count
    populationStandardDeviation = max(0, (squares - rest * rest / count) / count).squareRoot()
  }

  package var count: Int { sorted.count }

  /// With divisor n - 1.
  package var sampleVariance: Double {
    populationStandardDeviation * populationStandardDeviation * Double(count) / Double(count - 1)
  }
}
