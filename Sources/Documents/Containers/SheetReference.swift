/// A cell or a block of cells by its name, such as `B7` or `A1:C5`. Rows count from 1, columns from 0.
struct SheetReference: Hashable {
  var rows: ClosedRange<Int>
  var columns: ClosedRange<Int>

  /// Excel's own bounds.
  static let mostRows = 1_048_576
  static let mostColumns = 16_384

  /// One cell.
  init(row: Int, column: Int) {
    rows = row...row
    columns = column...column
  }

  /// - Returns: `nil` for what is no such name; `$` signs and a sheet's name in front are passed over.
  init?(_ text: String) {
    let name =
      text.utf8.lastIndex(of: UInt8(ascii: "!")).map { text[text.utf8.index(after: $0)...] } ?? text[...]
    let corners = name.utf8.filter { $0 != UInt8(ascii: "$") }.split(separator: UInt8(ascii: ":"))
      .map { Self.corner($0) }
    guard let first = corners.first, let last = corners.last, corners.count <= 2, let first, let last else {
      return nil
    }
    rows = min(first.row ?? 1, last.row ?? 1)...max(first.row ?? Self.mostRows, last.row ?? Self.mostRows)
    columns =
      min(
        first.column ?? 0, last.column ?? 0)...max(
        first.column ?? Self.mostColumns - 1, last.column ?? Self.mostColumns - 1)
  }

  private static func corner(_ bytes: some Collection<UInt8>) -> (row: Int?, column: Int?)? {
    var column = 0
    var row = 0
    for byte in bytes {
      if ASCII.isLetter(byte), row == 0 {
        column = column * 26 + Int(byte & 0xDF) - 0x40
      } else if ASCII.isDigit(byte) {
        row = row * 10 + Int(byte) - 0x30
      } else {
        return nil
      }
      guard column <= mostColumns, row <= mostRows else { return nil }
    }
    guard row > 0 || column > 0 else { return nil }
    return (row > 0 ? row : nil, column > 0 ? column - 1 : nil)
  }

  /// Column of `AB7`, from 0, without its row.
  static func column(_ reference: String) -> Int? {
    var column = 0
    for byte in reference.utf8 {
      guard (0x41...0x5A).contains(byte) else { break }
      column = column * 26 + Int(byte) - 0x40
      if column > mostColumns { return nil }
    }
    return column > 0 ? column - 1 : nil
  }

  /// `A` for 0, `AB` for 27.
  static func letters(_ column: Int) -> String {
    var rest = column + 1
    var letters: [UInt8] = []
    while rest > 0 {
      letters.append(UInt8(0x41 + (rest - 1) % 26))
      rest = (rest - 1) / 26
    }
    return String(decoding: letters.reversed(), as: UTF8.self)
  }

  /// `B7`.
  static func name(row: Int, column: Int) -> String { letters(column) + String(row) }

  /// `4–6, 9` of 4, 5, 6 and 9; after `most` runs, `…`.
  static func list(_ numbers: [Int], most: Int = 8, name: (Int) -> String = { String($0) }) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in Set(numbers).sorted() {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    let shown = runs.prefix(most).map { run in
      run.count == 1 ? name(run.lowerBound) : "\(name(run.lowerBound))–\(name(run.upperBound))"
    }
    return shown.joined(separator: ", ") + (runs.count > most ? ", …" : "")
  }
}
