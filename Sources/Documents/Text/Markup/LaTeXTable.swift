/// The rows and cells of a table of LaTeX.
struct LaTeXTable {
  private(set) var table = MarkupTable()
  private let bytes: [UInt8]
  private let parser: LaTeXParser
  private var row: [MarkupTable.Cell] = []
  /// Columns that a cell above still covers, with for how many rows.
  private var covered: [Int: Int] = [:]
  private var column = 0

  /// - Parameter range: what is between the column specification and `\end`.
  /// - Complexity: O(range).
  init(_ range: Range<Int>, parser: LaTeXParser) {
    self.parser = parser
    bytes = parser.bytes
    var position = range.lowerBound
    var start = position
    var headerEnd: Int?
    while position < range.upperBound {
      switch bytes[position] {
      case 0x25: position = TextScan.line(in: bytes, from: position, to: range.upperBound).upperBound
      case 0x7B:
        // Signs inside a group part nothing.
        position = min(range.upperBound, (parser.structure.close(of: position) ?? position) + 1)
      case 0x26:
        add(start..<position)
        position += 1
        start = position
      case 0x5C:
        let (name, end) = parser.command(at: position)
        switch name {
        case "\\", "tabularnewline", "cr":
          add(start..<position)
          endRow()
          position = parser.skipOptional(parser.skipStar(end))
          start = position
        case "begin":
          // A table in a cell is the cell's.
          position = min(range.upperBound, parser.structure.environmentEnds[position].map { $0 + 4 } ?? end)
        case "hline", "midrule", "toprule", "bottomrule", "endhead", "endfirsthead":
          // Rules stand between rows only.
          if TextScan.isBlank(start..<position, in: bytes) {
            start = end
            if !table.rows.isEmpty, headerEnd == nil { headerEnd = table.rows.count }
          }
          position = end
        case "caption":
          let value = parser.argument(at: parser.skipOptional(end))
          if let value, value.upperBound < range.upperBound {
            table.caption = table.caption ?? parser.inline(value).trimmed
            position = value.upperBound + 1
            start = position
          } else {
            position = end
          }
        case "endfoot", "endlastfoot":
          position = end
          start = end
        default: position = min(range.upperBound, max(end, position + 1))
        }
      default: position += 1
      }
    }
    if start < range.upperBound { add(start..<range.upperBound) }
    endRow()
    if let headerEnd, headerEnd < table.rows.count, headerEnd <= 3 {
      for row in 0..<headerEnd {
        for cell in table.rows[row].indices { table.rows[row][cell].isHeader = true }
      }
    }
  }

  private mutating func add(_ range: Range<Int>) {
    var cell = MarkupTable.Cell(text: SourcedText())
    var range = TextScan.trimmed(range, in: bytes)
    // Rules before a cell's text are no part of it.
    while range.count > 1, bytes[range.lowerBound] == 0x5C {
      let (name, end) = parser.command(at: range.lowerBound)
      guard
        [
          "hline", "midrule", "toprule", "bottomrule", "cline", "cmidrule", "rowcolor", "addlinespace",
          "specialrule", "hdashline", "cdashline",
        ].contains(name)
      else { break }
      var next = end
      if next < range.upperBound, bytes[next] == 0x28,
        let close = bytes[next..<range.upperBound].firstIndex(of: 0x29)
      {
        next = close + 1
      }
      next = parser.skipOptional(next)
      if name == "cline" || name == "cmidrule" || name == "rowcolor" || name == "cdashline",
        let value = parser.argument(at: next), value.upperBound < range.upperBound
      {
        next = value.upperBound + 1
      }
      range = TextScan.trimmed(min(next, range.upperBound)..<range.upperBound, in: bytes)
    }
    if TextScan.has("\\multicolumn", in: bytes, at: range.lowerBound),
      let width = parser.argument(at: range.lowerBound + 12)
    {
      cell.columnSpan = max(1, min(1000, Int(TextScan.string(width, in: bytes)) ?? 1))
    }
    if let place = bytes[range].indices.first(where: { TextScan.has("\\multirow", in: bytes, at: $0) }),
      let height = parser.argument(at: parser.skipOptional(place + 9))
    {
      cell.rowSpan = max(1, min(1000, Int(TextScan.string(height, in: bytes)) ?? 1))
    }
    cell.text = parser.inline(range).trimmed
    // LaTeX has an empty cell where one above comes down.
    if let rows = covered[column], rows > 0, cell.text.isEmpty, cell.columnSpan == 1 {
      covered[column] = rows - 1
      column += 1
      return
    }
    covered[column] = cell.rowSpan - 1
    column += cell.columnSpan
    row.append(cell)
  }

  private mutating func endRow() {
    column = 0
    let cells = row
    row = []
    if cells.contains(where: { !$0.text.isEmpty }) { table.rows.append(cells) }
  }
}
