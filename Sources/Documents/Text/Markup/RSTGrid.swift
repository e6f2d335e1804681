/// The cells of a grid table, whose borders are drawn with `-`, `=`, `|` and `+`.
///
/// - Source: Docutils' "reStructuredText Markup Specification", section "Grid Tables".
struct RSTGrid {
  private struct Cell {
    var top: Int
    var left: Int
    var bottom: Int
    var right: Int
  }

  private let bytes: [UInt8]
  private let lines: [MarkupLine]
  private let columns: [TextColumns]
  private var cells: [Cell] = []
  private var headerLine: Int?
  /// Steps that the search for cells may still take: a hostile drawing of crosses would take their cube.
  private var steps = 40_000_000

  /// - Returns: `nil` where the borders close no cells.
  /// - Complexity: O(places of the drawing × cells of a row) at most; drawings of more than 4 million places are refused.
  init?(_ slice: ArraySlice<MarkupLine>, of bytes: [UInt8]) {
    self.bytes = bytes
    lines = Array(slice)
    columns = lines.map { TextColumns($0.text..<$0.end, in: bytes) }
    let width = columns.map(\.count).max() ?? 0
    guard lines.count * width <= 4 << 20, lines.count <= 20_000 else { return nil }
    headerLine = lines.indices.dropFirst().first { row in
      bytes[lines[row].content].allSatisfy { $0 == 0x3D || $0 == 0x2B }
        && bytes[lines[row].content].contains(0x3D)
    }
    guard scan(), !cells.isEmpty else { return nil }
  }

  private func at(_ row: Int, _ column: Int) -> UInt8 {
    column >= 0 && column < columns[row].count ? bytes[columns[row].offset(of: column)] : 0
  }

  private static func isLine(_ byte: UInt8) -> Bool { byte == 0x2D || byte == 0x3D }

  /// Finds cells from their upper left corners: each that closes opens others at its right and below.
  private mutating func scan() -> Bool {
    var corners = [(0, 0)]
    var seen: Set<Int> = [0]
    var index = 0
    while index < corners.count {
      let (top, left) = corners[index]
      index += 1
      guard top + 1 < lines.count, let cell = cell(top, left) else { continue }
      cells.append(cell)
      guard cells.count <= 200_000 else { return false }
      for (row, column) in [(top, cell.right), (cell.bottom, left)] {
        let key = row << 24 | column
        if seen.insert(key).inserted { corners.append((row, column)) }
      }
    }
    return true
  }

  private mutating func cell(_ top: Int, _ left: Int) -> Cell? {
    guard at(top, left) == 0x2B else { return nil }
    var right = left + 1
    while steps > 0 {
      let byte = at(top, right)
      steps -= 1
      if byte == 0x2B {
        if let bottom = bottom(top, left, right) {
          return Cell(top: top, left: left, bottom: bottom, right: right)
        }
      } else if !Self.isLine(byte) {
        return nil
      }
      right += 1
    }
    return nil
  }

  /// The row of the lower border of a cell with this upper border, or `nil`.
  private mutating func bottom(_ top: Int, _ left: Int, _ right: Int) -> Int? {
    var row = top + 1
    while row < lines.count {
      let byte = at(row, right)
      steps -= 1
      if byte == 0x2B { steps -= right - left }
      guard steps > 0 else { return nil }
      if byte == 0x2B, at(row, left) == 0x2B, (left..<right).allSatisfy({ Self.isBorder(at(row, $0)) }) {
        return (top...row).allSatisfy({ at($0, left) == 0x2B || at($0, left) == 0x7C }) ? row : nil
      }
      guard byte == 0x2B || byte == 0x7C else { return nil }
      row += 1
    }
    return nil
  }

  private static func isBorder(_ byte: UInt8) -> Bool { isLine(byte) || byte == 0x2B }

  /// - Parameter inline: makes the text of a cell of its lines.
  func table(_ inline: (SourcedText) -> SourcedText) -> MarkupTable {
    let tops = Set(cells.map(\.top)).sorted()
    let lefts = Set(cells.map(\.left)).sorted()
    var table = MarkupTable()
    table.rows = tops.map { _ in [] }
    for cell in cells.sorted(by: { ($0.top, $0.left) < ($1.top, $1.left) }) {
      guard let row = tops.firstIndex(of: cell.top) else { continue }
      var parts: [MarkupLine] = []
      for line in (cell.top + 1)..<cell.bottom {
        let low = columns[line].offset(of: cell.left + 1)
        let high = columns[line].offset(of: cell.right)
        let part = MarkupLine(low..<max(low, high), in: bytes, column: 0, number: lines[line].number)
        if !part.isBlank { parts.append(part) }
      }
      table.rows[row].append(
        MarkupTable.Cell(
          text: inline(SourcedText(joining: parts, of: bytes)).trimmed,
          columnSpan: max(1, lefts.count { $0 >= cell.left && $0 < cell.right }),
          rowSpan: max(1, tops.count { $0 >= cell.top && $0 < cell.bottom }),
          isHeader: headerLine.map { cell.top < $0 } ?? false))
    }
    return table
  }
}
