/// Columns of equal length.
package struct Table: Sendable {
  package private(set) var columns: [Column]
  package let rowCount: Int

  /// - Throws: `.mismatch` for columns of different lengths or two of one name.
  package init(columns: [Column]) throws(TableError) {
    let rows = columns.first?.rowCount ?? 0
    for column in columns where column.rowCount != rows {
      throw TableError(
        .mismatch, "column \(column.name) has \(column.rowCount) rows where the first has \(rows)")
    }
    guard Set(columns.map(\.name)).count == columns.count else {
      throw TableError(.mismatch, "two columns have one name; rename one of them")
    }
    self.columns = columns
    rowCount = rows
  }

  package subscript(name: String) -> Column? {
    columns.first { $0.name == name }
  }

  /// The types as they are, so that another table is read in the same way.
  package var schema: TableSchema {
    func names(_ type: ColumnType) -> [String] { columns.filter { $0.type == type }.map(\.name) }
    return TableSchema(
      numerical: names(.numerical), categorical: names(.categorical), text: names(.text))
  }
}
