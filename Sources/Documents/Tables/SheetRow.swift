/// A row of a sheet: its cells with something in them, by column.
struct SheetRow {
  struct Cell {
    /// Column, from 0.
    var column: Int
    var cell: TableGrid.Cell
    /// The value of a merged cell that begins in a row above.
    var isCopy = false
    /// Where the cell stands in the decoded text of the file, for formats that cite bytes.
    var source: Range<Int>?
  }

  /// Number from 1, as the program that shows the file counts.
  var number: Int
  /// Ascending by column, without overlaps.
  var cells: [Cell]

  /// Whether no cell has text of its own.
  var isBlank: Bool { cells.allSatisfy { $0.isCopy || $0.cell.text.isEmpty } }
}
