/// What stands above the values of a table: titles, and the rows that name its columns.
struct TableHeader: Equatable {
  /// A part of a column's name: the cell that says it.
  typealias Part = TableLayout.Slot

  /// Rows above the names: titles, dates, authors; blank rows are not among them.
  var titles: [Int] = []
  /// The rows that name the columns; empty where none does.
  var rows: Range<Int>
  /// The parts of each column's name, from the top: `Summer`, `adult`. Empty for a column without a name.
  var parts: [[Part]]
  /// What ends names that would else be the same: `" (2)"`. As many as `parts`.
  var endings: [String]

  /// Whether the format marks the names, or the values below are of another kind.
  var isSure = false

  var hasNames: Bool { !rows.isEmpty }
  /// The first row of values.
  var firstValues: Int { rows.upperBound }

  /// Between the parts of a name.
  static let partSeparator = Array(" › ".utf8)

  /// A table without names, whose values start at `row`.
  init(titles: [Int] = [], valuesFrom row: Int, columns: Int) {
    self.titles = titles
    rows = row..<row
    parts = Array(repeating: [], count: columns)
    endings = Array(repeating: "", count: columns)
  }

  /// Flattens the header rows `rows` of `layout` into one name a column.
  ///
  /// - Complexity: O(header rows × columns).
  init(titles: [Int], rows: Range<Int>, in layout: TableLayout) {
    self.titles = titles
    self.rows = rows
    parts = Array(repeating: [], count: layout.columnCount)
    let hasSpans = rows.contains { row in layout.filled(row).contains { $0.columns.count > 1 } }
    for row in rows {
      for column in 0..<layout.columnCount {
        var slot = layout.slot(row, column)
        if !hasSpans, row + 1 < rows.upperBound, layout.text(row, column).isEmpty, column > 0,
          !layout.text(row + 1, column).isEmpty, !layout.text(row + 1, column - 1).isEmpty
        {
          // A group's name above the first of its columns only.
          slot = parts[column - 1].last.flatMap { layout.cell($0).text.isEmpty || $0.row != row ? nil : $0 }
        }
        guard let slot, !layout.cell(slot).text.isEmpty else { continue }
        if let last = parts[column].last, layout.cell(last).text == layout.cell(slot).text { continue }
        parts[column].append(slot)
      }
    }
    endings = Array(repeating: "", count: layout.columnCount)
    var seen: [[UInt8]: Int] = [:]
    for column in parts.indices where !parts[column].isEmpty {
      let name = name(column, in: layout)
      let count = (seen[name] ?? 0) + 1
      seen[name] = count
      if count > 1 { endings[column] = " (\(count))" }
    }
  }

  /// The name of a column; empty where it has none.
  func name(_ column: Int, in layout: TableLayout) -> [UInt8] {
    guard column < parts.count else { return [] }
    let texts = parts[column].map { TableText.line(layout.cell($0).text) }
    return Array(texts.joined(separator: Self.partSeparator)) + Array(endings[column].utf8)
  }
}
