/// What a check found in two tables.
package struct DriftResult: Sendable, Codable {
  package var settings: DriftSettings
  package var verdict: Verdict
  package var referenceRows: Int
  package var currentRows: Int
  package var driftedColumns: Int
  /// Drifted columns of all tested ones, 0…1.
  package var driftedShare: Double
  /// In the order of the reference's columns.
  package var columns: [ColumnResult]

  enum CodingKeys: String, CodingKey {
    case settings, verdict, columns
    case referenceRows = "reference_rows"
    case currentRows = "current_rows"
    case driftedColumns = "drifted_columns"
    case driftedShare = "drifted_share"
  }
}
