/// Parts delimited text into rows, and goes on behind what is broken.
///
/// Quoting is RFC 4180's, with what people and programs write beside it: blanks around quotes, quotes inside a quoted
/// field that were not doubled, a quote that is never closed. Such a row is read as well as it can be and named;
/// `CSVParser` is the strict one.
struct CSVRows {
  struct Field {
    var value: [UInt8]
    /// Where it stands in the text, without its quotes and blanks.
    var range: Range<Int>
  }

  private let bytes: [UInt8]
  private let delimiter: UInt8
  private var position: Int
  private var nextLine: Int

  /// Line, from 1, at which the row that was read last begins.
  private(set) var line = 0
  /// Lines with a quote inside a quoted field that was not doubled.
  private(set) var strayQuotes: [Int] = []
  /// Lines with a quote that is never closed.
  private(set) var openQuotes: [Int] = []

  /// A quoted field is no longer: a quote that nobody closes must not take the file.
  private static let longestField = 1 << 20

  init(_ bytes: [UInt8], delimiter: UInt8, from position: Int = 0, line: Int = 1) {
    self.bytes = bytes
    self.delimiter = delimiter
    self.position = position
    nextLine = line
  }

  /// The fields of the next row, none for a blank line; `nil` at the end.
  ///
  /// - Complexity: O(row), and O(`longestField`) for one with a quote that is never closed.
  mutating func next() -> [Field]? {
    guard position < bytes.count else { return nil }
    line = nextLine
    let start = position
    if bytes[position] == 0x0A {
      position += 1
      nextLine += 1
      return []
    }
    var fields: [Field] = []
    var isStray = false
    while true {
      guard let field = field(isStray: &isStray) else {
        openQuotes.append(line)
        nextLine = line
        position = start
        return plainLine()
      }
      fields.append(field)
      guard position < bytes.count else { break }
      let byte = bytes[position]
      position += 1
      if byte == 0x0A {
        nextLine += 1
        break
      }
      if position == bytes.count {
        fields.append(Field(value: [], range: position..<position))
        break
      }
    }
    if isStray { strayQuotes.append(line) }
    return fields
  }

  /// Reads a field and stops at the delimiter, line feed or end behind it; `nil` for a quote that is never closed.
  private mutating func field(isStray: inout Bool) -> Field? {
    var start = position
    while start < bytes.count, bytes[start] == 0x20 { start += 1 }
    guard start < bytes.count, bytes[start] == 0x22, let quoted = quoted(from: start + 1) else {
      if start < bytes.count, bytes[start] == 0x22, start == position { return nil }
      let from = position
      while position < bytes.count, bytes[position] != delimiter, bytes[position] != 0x0A { position += 1 }
      let range = TextScan.trimmed(from..<position, in: bytes)
      return Field(value: Array(bytes[range]), range: range)
    }
    if quoted.isStray { isStray = true }
    nextLine += quoted.lines
    position = quoted.end
    return quoted.field
  }

  private func quoted(from start: Int) -> (field: Field, end: Int, lines: Int, isStray: Bool)? {
    var value: [UInt8] = []
    var index = start
    var lines = 0
    var isStray = false
    while index < bytes.count, index - start < Self.longestField {
      let byte = bytes[index]
      guard byte == 0x22 else {
        if byte == 0x0A { lines += 1 }
        value.append(byte)
        index += 1
        continue
      }
      var next = index + 1
      if next < bytes.count, bytes[next] == 0x22 {
        value.append(0x22)
        index += 2
        continue
      }
      while next < bytes.count, bytes[next] == 0x20, delimiter != 0x20 { next += 1 }
      if next == bytes.count || bytes[next] == delimiter || bytes[next] == 0x0A {
        let inner = TextScan.trimmed(0..<value.count, in: value)
        return (
          Field(value: Array(value[inner]), range: TextScan.trimmed(start..<index, in: bytes)), next, lines,
          isStray
        )
      }
      // On a later line, a quote that opens a field: the one before was never closed.
      if lines > 0, index > start, bytes[index - 1] == delimiter || bytes[index - 1] == 0x0A { return nil }
      isStray = true
      value.append(byte)
      index += 1
    }
    return nil
  }

  /// The fields of a line whose quotes mean nothing.
  private mutating func plainLine() -> [Field] {
    var fields: [Field] = []
    while true {
      let from = position
      while position < bytes.count, bytes[position] != delimiter, bytes[position] != 0x0A { position += 1 }
      var range = TextScan.trimmed(from..<position, in: bytes)
      if !range.isEmpty, bytes[range.lowerBound] == 0x22 { range = (range.lowerBound + 1)..<range.upperBound }
      fields.append(Field(value: Array(bytes[range]), range: range))
      guard position < bytes.count else { return fields }
      position += 1
      if bytes[position - 1] == 0x0A {
        nextLine += 1
        return fields
      }
    }
  }
}
