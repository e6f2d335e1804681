/// A grid with its spans filled: what stands in each row and column.
///
/// A cell that spans is in each place that it covers, as a reader of the table sees it. Columns that no cell begins in
/// (a title that spans more columns than the table has) and columns without text are left out.
struct TableLayout {
  /// The cell of the grid that stands in a place.
  struct Slot: Equatable {
    var row: Int
    /// Index in that row's `cells`.
    var cell: Int
  }

  let grid: TableGrid
  /// By row and column; rows end with their last filled place.
  private(set) var slots: [[Slot?]]
  private(set) var columnCount = 0

  /// Wider spans are cut, as browsers do.
  private static let widestSpan = 1000

  /// - Parameter keepsColumns: keeps the columns without text too.
  /// - Complexity: O(places), of which there are at most nine times as many as cells, and 100,000.
  init(_ grid: TableGrid, keepsColumns: Bool = false) {
    self.grid = grid
    slots = Array(repeating: [], count: grid.rows.count)
    var copies = max(100_000, 8 * grid.rows.reduce(0) { $0 + $1.cells.count })
    for (row, content) in grid.rows.enumerated() {
      var column = 0
      for (index, cell) in content.cells.enumerated() {
        while column < slots[row].count, slots[row][column] != nil { column += 1 }
        let slot = Slot(row: row, cell: index)
        let width = max(1, min(cell.columnSpan, Self.widestSpan))
        let height = max(1, min(cell.rowSpan, grid.rows.count - row))
        let isFilled = width * height - 1 <= copies
        if isFilled { copies -= width * height - 1 }
        for below in row..<(isFilled ? row + height : row + 1) {
          let end = column + (isFilled ? width : 1)
          while slots[below].count < end { slots[below].append(nil) }
          for place in column..<end where slots[below][place] == nil { slots[below][place] = slot }
        }
        column += isFilled ? width : 1
      }
    }
    if keepsColumns {
      columnCount = slots.reduce(0) { max($0, $1.count) }
    } else {
      dropColumns()
    }
    for row in slots.indices {
      while let last = slots[row].last, last.map({ cell($0).text.isEmpty }) ?? true {
        slots[row].removeLast()
      }
    }
  }

  var rowCount: Int { slots.count }

  func slot(_ row: Int, _ column: Int) -> Slot? {
    column < slots[row].count ? slots[row][column] : nil
  }

  func cell(_ slot: Slot) -> TableGrid.Cell { grid.rows[slot.row].cells[slot.cell] }

  /// The text in a place; empty where there is none.
  func text(_ row: Int, _ column: Int) -> [UInt8] {
    slot(row, column).map { cell($0).text } ?? []
  }

  /// The different cells with text of a row, each with the columns that it covers there.
  func filled(_ row: Int) -> [(slot: Slot, columns: Range<Int>)] {
    var found: [(slot: Slot, columns: Range<Int>)] = []
    for column in slots[row].indices {
      guard let slot = slots[row][column], !cell(slot).text.isEmpty else { continue }
      if let last = found.last, last.slot == slot, last.columns.upperBound == column {
        found[found.count - 1].columns = last.columns.lowerBound..<(column + 1)
      } else {
        found.append((slot, column..<(column + 1)))
      }
    }
    return found
  }

  /// Drops the columns in which no cell with text begins.
  private mutating func dropColumns() {
    var begins: [Bool] = []
    for row in slots.indices {
      while begins.count < slots[row].count { begins.append(false) }
      for column in slots[row].indices {
        guard let slot = slots[row][column], slot.row == row, !cell(slot).text.isEmpty else { continue }
        if column == 0 || slots[row][column - 1] != slot { begins[column] = true }
      }
    }
    columnCount = begins.count { $0 }
    if columnCount < begins.count {
      for row in slots.indices {
        slots[row] = slots[row].indices.filter { begins[$0] }.map { slots[row][$0] }
      }
    }
  }
}
