/// Gives the rows of a sheet what its merged cells show in them.
struct SheetMerges {
  private struct Active {
    var last: Int
    var columns: ClosedRange<Int>
    var cell: SheetRow.Cell
  }

  /// Ascending by first row.
  private var merges: [(rows: ClosedRange<Int>, columns: ClosedRange<Int>)]
  private var next = 0
  /// Merged cells that reach below the row where they begin, by column.
  private var active: [Active] = []

  private static let mostActive = 1000

  init(_ merges: [(rows: ClosedRange<Int>, columns: ClosedRange<Int>)] = []) {
    self.merges = merges
  }

  /// Adds a block that begins in the row that is applied next, or below.
  mutating func add(rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
    if next > 1000 {
      merges.removeFirst(next)
      next = 0
    }
    merges.append((rows, columns))
  }

  /// Sets the spans of cells that begin here, adds copies of those from above, and drops what they cover.
  ///
  /// Rows must come in ascending order.
  ///
  /// - Parameter row: its cells ascend by column.
  /// - Complexity: O(cells + merged cells that reach this row), once the merged cells above are passed.
  mutating func apply(to row: inout SheetRow) {
    let number = row.number
    active.removeAll { $0.last < number }
    guard !active.isEmpty || next < merges.count else { return }
    var covered: [(columns: ClosedRange<Int>, cell: SheetRow.Cell?)] = active.map { one in
      var cell = one.cell
      cell.isCopy = true
      cell.cell.rowSpan = one.last - number + 1
      return (one.columns, cell)
    }
    while next < merges.count, merges[next].rows.lowerBound <= number {
      let merge = merges[next]
      next += 1
      guard merge.rows.upperBound >= number else { continue }
      var origin = merge.rows.lowerBound == number ? cell(at: merge.columns.lowerBound, in: row.cells) : nil
      origin?.cell.columnSpan = merge.columns.count
      origin?.cell.rowSpan = merge.rows.upperBound - number + 1
      covered.append((merge.columns, origin))
      if let origin, merge.rows.upperBound > number, active.count < Self.mostActive {
        active.append(Active(last: merge.rows.upperBound, columns: merge.columns, cell: origin))
      }
    }
    guard !covered.isEmpty else { return }
    covered.sort { $0.columns.lowerBound < $1.columns.lowerBound }
    active.sort { $0.columns.lowerBound < $1.columns.lowerBound }
    row.cells = Self.replace(covered, in: row.cells)
  }

  private static func replace(
    _ covered: [(columns: ClosedRange<Int>, cell: SheetRow.Cell?)], in cells: [SheetRow.Cell]
  ) -> [SheetRow.Cell] {
    var out: [SheetRow.Cell] = []
    var index = 0
    var end = -1
    for (columns, cell) in covered where columns.lowerBound > end {
      while index < cells.count, cells[index].column < columns.lowerBound {
        if cells[index].column > end { out.append(cells[index]) }
        index += 1
      }
      if let cell { out.append(cell) }
      end = columns.upperBound
    }
    while index < cells.count {
      if cells[index].column > end { out.append(cells[index]) }
      index += 1
    }
    return out
  }

  private func cell(at column: Int, in cells: [SheetRow.Cell]) -> SheetRow.Cell? {
    var low = 0
    var high = cells.count
    while low < high {
      let middle = (low + high) / 2
      if cells[middle].column < column { low = middle + 1 } else { high = middle }
    }
    return low < cells.count && cells[low].column == column ? cells[low] : nil
  }
}
