/// Where the text of a cell stands in the assembled text.
///
/// A cell that spans has one of these for each copy of it; in records, column names have none.
package struct PlacedCell: Equatable, Sendable {
  /// Index of the row in `TableGrid.rows`.
  package var row: Int
  /// Index of the cell in that row's `cells`, not the column that it stands in.
  package var column: Int
  package var range: Range<Int>
}
