/// Bounds of a measure: mean ± `width` standard deviations over the reference periods.
package struct ControlLimits: Hashable, Sendable, Codable {
  package let low: Double
  package let high: Double

  /// - Parameter values: one a reference period.
  /// - Throws: `.emptySide` without values.
  package init(_ values: [Double], width: Double = 3) throws(DriftError) {
    guard !values.isEmpty else { throw DriftError(.emptySide, "no reference periods to take bounds from") }
    let sample = Sample(values)
    low = sample.mean - width * sample.populationStandardDeviation
    high = sample.mean + width * sample.populationStandardDeviation
  }

  package func isAlert(_ value: Double) -> Bool {
    value < low || value > high
  }
}
