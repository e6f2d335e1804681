/// Which tests and rules decide.
package enum DriftProfile: String, Codable, Sendable, CaseIterable {
  /// Two-sample tests with valid error rates, corrected over columns, with a floor for the effect's size.
  case strict
  /// The choice, numbers and verdicts of Evidently 0.7's defaults.
  case evidently
}
