/// What the values of a column are, which decides the tests that fit.
package enum ColumnType: String, Codable, Sendable, CaseIterable {
  case numerical
  case categorical
  case text
}
