/// Gathers the rows of a table of an RTF file, whose cells are told by where they end on the page.
struct RTFTable {
  private struct Definition {
    /// Right side, twentieths of a point.
    var right: Int
    var beginsMerge = false
    var goesOnMerge = false
    var beginsRows = false
    var goesOnRows = false
  }

  private struct Row {
    var cells: [[UInt8]]
    var definitions: [Definition]
    var isHeader: Bool
  }

  private var rows: [Row] = []
  private var definitions: [Definition] = []
  private var next = Definition(right: 0)
  private var isHeader = false
  private var cells: [[UInt8]] = []
  private var paragraphs: [[UInt8]] = []
  private var nested: [[UInt8]] = []
  /// Between `\trowd` and `\row`.
  private(set) var isInRow = false
  /// Whether the paragraphs of the row say that they are in a table.
  private var saysSo = false

  /// Sides nearer to each other than this are one.
  private static let tolerance = 40
  private static let mostCells = 1000

  /// Whether a paragraph belongs into a cell.
  func takes(isInTable: Bool) -> Bool { isInTable || isInRow && !saysSo }

  var isEmpty: Bool { rows.isEmpty && cells.isEmpty && paragraphs.isEmpty }

  // MARK: Definition of a row

  mutating func beginRow() {
    definitions = []
    next = Definition(right: 0)
    isHeader = false
    if !isInRow { saysSo = false }
    isInRow = true
  }

  mutating func sayInTable() { saysSo = true }

  /// Follows a control word that describes the row or its next cell.
  mutating func define(_ word: String, _ number: Int?) {
    switch word {
    case "trhdr": isHeader = true
    case "clmgf": next.beginsMerge = true
    case "clmrg": next.goesOnMerge = true
    case "clvmgf": next.beginsRows = true
    case "clvmrg": next.goesOnRows = true
    case "cellx":
      next.right = number ?? 0
      if definitions.count < Self.mostCells { definitions.append(next) }
      next = Definition(right: 0)
    default: break
    }
  }

  // MARK: Content

  mutating func endParagraph(_ text: [UInt8]) {
    if !text.isEmpty { paragraphs.append(text) }
  }

  mutating func endCell(_ text: [UInt8]) {
    endParagraph(text)
    cells.append(Array(paragraphs.joined(separator: [0x20])))
    paragraphs = []
  }

  mutating func endNestedCell(_ text: [UInt8]) {
    if !text.isEmpty { nested.append(text) }
  }

  mutating func endNestedRow() {
    guard !nested.isEmpty else { return }
    paragraphs.append(Array(nested.joined(separator: Array(", ".utf8))) + [0x3B])
    nested = []
  }

  mutating func endRow() {
    if !paragraphs.isEmpty { endCell([]) }
    if !cells.isEmpty { rows.append(Row(cells: cells, definitions: definitions, isHeader: isHeader)) }
    cells = []
    isInRow = false
    saysSo = false
  }

  /// Ends the table.
  ///
  /// - Returns: its grid, or the paragraphs of a row that never came to a cell's end.
  mutating func take() -> (grid: TableGrid?, paragraphs: [[UInt8]]) {
    endNestedRow()
    guard !rows.isEmpty || !cells.isEmpty else {
      defer { self = RTFTable() }
      return (nil, paragraphs)
    }
    endRow()
    let grid = grid()
    self = RTFTable()
    return (grid, [])
  }

  /// - Complexity: O(cells × sides).
  private func grid() -> TableGrid {
    var sides: [Int] = []
    for side in rows.flatMap({ $0.definitions.map(\.right) }).sorted()
    where sides.last.map({ side - $0 > Self.tolerance }) ?? true {
      sides.append(side)
    }
    func column(_ right: Int) -> Int {
      var low = 0
      var high = sides.count
      while low < high {
        let middle = (low + high) / 2
        if sides[middle] <= right { low = middle + 1 } else { high = middle }
      }
      return low
    }
    var grid = TableGrid()
    var open: [Int: (row: Int, cell: Int)] = [:]
    for row in rows {
      var cells: [TableGrid.Cell] = []
      var left = 0
      for (index, text) in row.cells.enumerated() {
        let definition = index < row.definitions.count ? row.definitions[index] : nil
        let right = definition.map { max(left + 1, column($0.right)) } ?? left + 1
        let span = right - left
        if definition?.goesOnMerge ?? false, text.isEmpty, let last = cells.indices.last {
          cells[last].columnSpan += span
        } else if definition?.goesOnRows ?? false, text.isEmpty, let above = open[left],
          above.row + grid.rows[above.row].cells[above.cell].rowSpan == grid.rows.count
        {
          grid.rows[above.row].cells[above.cell].rowSpan += 1
        } else {
          open[left] = (grid.rows.count, cells.count)
          cells.append(TableGrid.Cell(text: text, columnSpan: span, isHeader: row.isHeader))
        }
        left = right
      }
      grid.rows.append(TableGrid.Row(cells: cells))
    }
    return grid
  }
}
