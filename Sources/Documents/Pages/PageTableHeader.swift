/// Makes rows of names out of the lines above a table's values.
struct PageTableHeader {
  let columns: [PageTable.Column]
  let words: [LayoutWord]

  /// Lines that name single columns are joined to one row; one with names of groups stays a row, and its cells span the
  /// columns that they are centred above.
  ///
  /// - Complexity: O(lines × columns²), for at most eight lines.
  func rows(_ lines: [PageTable.Row]) -> [PageTable.Row] {
    var rows: [PageTable.Row] = []
    for (index, line) in lines.enumerated() {
      var line = line
      line.isHeader = true
      if index + 1 < lines.count { spread(&line, below: lines[(index + 1)...].flatMap(\.cells)) }
      let isGroup = line.cells.contains { $0.span > 1 }
      if let last = rows.last, !isGroup, !last.cells.contains(where: { $0.span > 1 }) {
        rows[rows.count - 1] = joined(last, line)
      } else {
        rows.append(line)
      }
    }
    return rows
  }

  /// Lets cells reach over the columns that they are centred above.
  private func spread(_ line: inout PageTable.Row, below: [PageTable.Cell]) {
    let named = Set(below.map(\.column))
    let cells = line.cells
    guard cells.count < named.filter({ $0 > 0 }).count else { return }
    var last = 0
    for index in cells.indices where cells[index].column > 0 || cells[index].span > 1 {
      let cell = cells[index]
      let numbers = cell.lines.joined()
      guard let start = numbers.map({ words[$0].box.left }).min(),
        let end = numbers.map({ words[$0].box.right }).max()
      else { continue }
      let middle = (start + end) / 2
      let limit = index + 1 < cells.count ? cells[index + 1].column : columns.count
      let own = cell.column..<min(limit, cell.column + cell.span)
      var best: (range: Range<Int>, distance: Double)?
      for from in max(1, last)...max(1, max(last, own.lowerBound)) where from <= own.lowerBound {
        for to in max(from + 1, own.upperBound)...max(from + 1, max(own.upperBound, limit))
        where to <= columns.count {
          let width = columns[to - 1].right - columns[from].left
          let distance = abs((columns[to - 1].right + columns[from].left) / 2 - middle)
          // As wide as the text, and no wider than what is centred below it.
          guard distance < 0.15 * width + 2, width >= 0.9 * (end - start) else { continue }
          if best.map({ distance < $0.distance - 0.5 }) ?? true { best = (from..<to, distance) }
        }
      }
      if let best {
        line.cells[index].column = best.range.lowerBound
        line.cells[index].span = best.range.count
      }
      last = line.cells[index].column + line.cells[index].span
    }
  }

  private func joined(_ row: PageTable.Row, _ line: PageTable.Row) -> PageTable.Row {
    var row = row
    row.box = row.box.union(line.box)
    for cell in line.cells {
      if let index = row.cells.firstIndex(where: { $0.column == cell.column }) {
        row.cells[index].lines += cell.lines
        if cell.kind == .text { row.cells[index].kind = .text }
      } else {
        row.cells.append(cell)
      }
    }
    row.cells.sort { $0.column < $1.column }
    return row
  }
}
