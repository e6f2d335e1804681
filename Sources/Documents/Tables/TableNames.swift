/// The names of a table's columns, apart from the rows that they were found in.
struct TableNames: Equatable {
  /// One a column; empty for a column without a name.
  let names: [[UInt8]]
  /// The texts of the rows that name the columns.
  private let lines: [[[UInt8]]]

  init(_ header: TableHeader, in layout: TableLayout) {
    names = (0..<layout.columnCount).map { header.name($0, in: layout) }
    lines = header.rows.map { row in (0..<layout.columnCount).map { layout.text(row, $0) } }
  }

  var hasNames: Bool { !lines.isEmpty }

  subscript(column: Int) -> [UInt8] { column < names.count ? names[column] : [] }

  /// Whether row `row` of `layout` says the names again, as tables do at the top of a page.
  func areRepeated(in row: Int, of layout: TableLayout) -> Bool {
    lines.contains { line in
      layout.slots[row].count <= line.count && line.indices.allSatisfy { layout.text(row, $0) == line[$0] }
    }
  }
}
