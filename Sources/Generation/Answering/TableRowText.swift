/// Rows of tables whose cells stand between bars, in words.
enum TableRowText {
  /// The line of the names in a table's header, which may have a rule below it.
  static func names(_ header: String) -> String {
    let lines = header.split(separator: "\n")
    return String(lines.first { !cells($0).allSatisfy(isRule) } ?? lines.first ?? "")
  }

  /// A row with the name of its column in front of each cell; all names in front where their number is another.
  ///
  /// - Complexity: O(bytes).
  static func named(row: String, columns: String) -> String {
    let names = cells(columns[...])
    let values = cells(row[...])
    guard names.count == values.count else {
      return filled(names).joined(separator: ", ") + ": " + filled(values).joined(separator: ", ")
    }
    return zip(names, values).filter { !$0.1.isEmpty }.map { name, value in
      name.isEmpty ? value : "\(name): \(value)"
    }.joined(separator: ", ")
  }

  private static func filled(_ cells: [String]) -> [String] { cells.filter { !$0.isEmpty } }

  /// The cells of a row, without blanks at their ends; a bar behind a backslash is a part of its cell. Bars at the ends
  /// of the row bound no further cell.
  private static func cells(_ row: Substring) -> [String] {
    var cells: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in row.utf8 {
      if byte == UInt8(ascii: "|"), !isEscaped {
        cells.append([])
      } else if byte == UInt8(ascii: "|") {
        cells[cells.count - 1].removeLast()
        cells[cells.count - 1].append(byte)
      } else {
        cells[cells.count - 1].append(byte)
      }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
    }
    var texts = cells.map { cell in
      String(decoding: cell, as: UTF8.self).split { $0 == " " || $0 == "\t" || $0 == "\n" }.joined(
        separator: " ")
    }
    if texts.count > 1, texts.first?.isEmpty == true, row.utf8.first == UInt8(ascii: "|") {
      texts.removeFirst()
    }
    if texts.count > 1, texts.last?.isEmpty == true, row.utf8.last == UInt8(ascii: "|") { texts.removeLast() }
    return texts
  }

  private static func isRule(_ cell: String) -> Bool { cell.utf8.allSatisfy { "-:= ".utf8.contains($0) } }
}
