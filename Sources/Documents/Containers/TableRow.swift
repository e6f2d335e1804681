/// A row of a table as one line of text.
enum TableRow {
  /// `cells` joined by ` | `, without empty cells at the end; breaks inside a cell become spaces.
  static func join(_ cells: [[UInt8]]) -> [UInt8] {
    var cells = cells[...]
    while let last = cells.last, last.isEmpty { cells.removeLast() }
    let joined = Array(cells.joined(separator: Array(" | ".utf8)))
    return joined.map { $0 == 0x0A ? 0x20 : $0 }
  }
}
