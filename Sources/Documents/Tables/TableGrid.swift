/// A table as its format gives it: rows of cells, which may span columns and rows.
package struct TableGrid: Equatable, Sendable {
  package struct Cell: Equatable, Sendable {
    /// Without markup. Line breaks become spaces where the style has a line a row.
    package var text: [UInt8]
    package var columnSpan = 1
    package var rowSpan = 1
    /// The format says that it names a column or a row (`th`, a header row's style).
    package var isHeader = false
    /// Set in bold or on a coloured ground: a hint that it names a column where its row differs from those below.
    package var isEmphasized = false

    package init(
      text: [UInt8], columnSpan: Int = 1, rowSpan: Int = 1, isHeader: Bool = false, isEmphasized: Bool = false
    ) {
      self.text = text
      self.columnSpan = columnSpan
      self.rowSpan = rowSpan
      self.isHeader = isHeader
      self.isEmphasized = isEmphasized
    }
  }

  package struct Row: Equatable, Sendable {
    package var cells: [Cell]
    /// Number of the row in its sheet or file, from 1.
    package var number: Int?

    package init(cells: [Cell], number: Int? = nil) {
      self.cells = cells
      self.number = number
    }
  }

  package var caption: [UInt8]?
  /// Whether rows of names are marked where there are any: without a marked row, no row is taken for names.
  package var marksNames = false
  package var rows: [Row]

  package init(caption: [UInt8]? = nil, rows: [Row] = []) {
    self.caption = caption
    self.rows = rows
  }
}
