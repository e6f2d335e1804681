/// A table as its format gives it: rows of cells, which may span columns and rows.
struct TableGrid: Equatable, Sendable {
  struct Cell: Equatable, Sendable {
    /// On one line, without markup.
    var text: [UInt8]
    var columnSpan = 1
    var rowSpan = 1
    /// The format says that it names a column or a row (`th`, a header row's style).
    var isHeader = false
  }

  struct Row: Equatable, Sendable {
    var cells: [Cell]
    /// Number of the row in its sheet or file, from 1.
    var number: Int?
  }

  var caption: [UInt8]?
  var rows: [Row] = []
}
