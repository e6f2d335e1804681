/// Rows of a sheet as a grid of given columns.
struct SheetGrid {
  private(set) var grid = TableGrid()
  /// The sources of the grid's cells, by row and cell.
  private(set) var sources: [[Range<Int>?]] = []

  /// - Parameter columns: columns of the sheet that become those of the grid, in this order; others are left out.
  /// - Complexity: O(cells + rows × columns up to each row's last cell).
  init(_ rows: [SheetRow], columns: [Int]) {
    var index: [Int: Int] = [:]
    for (position, column) in columns.enumerated() { index[column] = position }
    grid.rows.reserveCapacity(rows.count)
    sources.reserveCapacity(rows.count)
    // Row numbers up to which a span from above covers a column.
    var covered: [Int: Int] = [:]
    for (line, row) in rows.enumerated() {
      var cells: [TableGrid.Cell] = []
      var places: [Range<Int>?] = []
      var next = 0
      let found = row.cells.compactMap { cell in index[cell.column].map { (position: $0, cell: cell) } }
        .sorted { $0.position < $1.position }
      for (position, sheetCell) in found where position >= next {
        while next < position {
          cells.append(TableGrid.Cell(text: []))
          places.append(nil)
          next += 1
        }
        var cell = sheetCell.cell
        // What a span covers in the sheet, in columns of the grid.
        let end = sheetCell.column + max(1, cell.columnSpan)
        var width = 1
        while position + width < columns.count, columns[position + width] > sheetCell.column,
          columns[position + width] < end
        {
          width += 1
        }
        cell.columnSpan = width
        if sheetCell.isCopy, let end = covered[position], row.number < end {
          next = position + width
          continue
        }
        if cell.rowSpan > 1 {
          let end = row.number + min(cell.rowSpan, 1 << 24)
          cell.rowSpan = rows[line...].prefix { $0.number < end }.count
          for place in position..<(position + width) { covered[place] = end }
        }
        cells.append(cell)
        places.append(sheetCell.source)
        next = position + width
      }
      grid.rows.append(TableGrid.Row(cells: cells, number: row.number))
      sources.append(places)
    }
  }
}
