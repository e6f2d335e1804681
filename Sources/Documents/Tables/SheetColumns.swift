/// Finds tables that stand side by side on a sheet.
enum SheetColumns {
  /// The columns of each table among `rows`, which have no blank row among them, from the left.
  ///
  /// A blank column parts two tables where both sides have two columns or more and the right one begins with words, or
  /// where the two fill different rows.
  ///
  /// - Parameter splits: `false` for formats in which a blank column is a column: then only sides that fill different
  ///   rows are parted.
  /// - Complexity: O(cells).
  static func groups(of rows: [SheetRow], splits: Bool) -> [ClosedRange<Int>] {
    let columns = Set(
      rows.lazy.flatMap { $0.cells.lazy.filter { !$0.isCopy && !$0.cell.text.isEmpty }.map(\.column) }
    ).sorted()
    guard let first = columns.first else { return [] }
    var runs = [first...first]
    for column in columns.dropFirst() {
      let last = runs[runs.count - 1]
      if column == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...column
      } else {
        runs.append(column...column)
      }
    }
    guard runs.count > 1 else { return runs }
    let sides = runs.map { Side($0, rows: rows) }
    var groups = [runs[0]]
    var left = sides[0]
    for side in sides.dropFirst() {
      if left.isApart(from: side, splits: splits) {
        groups.append(side.columns)
        left = side
      } else {
        groups[groups.count - 1] = groups[groups.count - 1].lowerBound...side.columns.upperBound
        left.join(side)
      }
    }
    // A merged title reaches over columns without text of their own.
    for index in groups.indices.dropLast() {
      groups[index] = groups[index].lowerBound...(groups[index + 1].lowerBound - 1)
    }
    groups[groups.count - 1] = groups[groups.count - 1].lowerBound...Int.max - 1
    groups[0] = 0...groups[0].upperBound
    return groups
  }

  private struct Side {
    var columns: ClosedRange<Int>
    /// Indexes of the rows with text in these columns.
    var rows: Set<Int> = []
    /// Rows with two cells or more.
    var fullRows = 0
    /// Whether most of its first column, below its top, is words.
    var hasLabels: Bool

    init(_ columns: ClosedRange<Int>, rows: [SheetRow]) {
      self.columns = columns
      var words = 0
      var values = 0
      for (index, row) in rows.enumerated() {
        let cells = row.cells.filter { columns.contains($0.column) && !$0.cell.text.isEmpty && !$0.isCopy }
        guard !cells.isEmpty else { continue }
        self.rows.insert(index)
        if cells.count > 1 { fullRows += 1 }
        guard self.rows.count > 1, let first = cells.first, first.column == columns.lowerBound else {
          continue
        }
        if CellKind(first.cell.text).isValue { values += 1 } else { words += 1 }
      }
      hasLabels = words > values
    }

    mutating func join(_ side: Side) {
      columns = columns.lowerBound...side.columns.upperBound
      rows.formUnion(side.rows)
      fullRows = max(fullRows, side.fullRows)
    }

    func isApart(from right: Side, splits: Bool) -> Bool {
      let common = rows.intersection(right.rows).count
      let areElsewhere =
        common * 4 < max(rows.count, right.rows.count) && min(rows.count, right.rows.count) > 1
      if common == 0 || areElsewhere { return true }
      return splits && fullRows > 1 && right.fullRows > 1 && right.hasLabels
    }
  }
}
