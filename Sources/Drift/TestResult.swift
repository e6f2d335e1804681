/// A statistic and its p-value.
package struct TestResult: Hashable, Sendable, Codable {
  package var statistic: Double
  /// `nil` where the test has none: nothing varies.
  package var pValue: Double?

  package init(statistic: Double, pValue: Double?) {
    self.statistic = statistic
    self.pValue = pValue
  }

  enum CodingKeys: String, CodingKey {
    case statistic
    case pValue = "p_value"
  }
}
