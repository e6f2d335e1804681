/// Finds the fields of delimited text that has no quotes.
struct RecordScanner: Sendable {
  private let bytes: [UInt8]
  private let start: Int
  private let firstLine: Int
  private let delimiter: UInt8

  /// - Parameters:
  ///   - start: byte behind the header.
  ///   - line: of that byte, from 1.
  init(_ bytes: [UInt8], after start: Int, line: Int, _ delimiter: UInt8) {
    self.bytes = bytes
    self.start = start
    firstLine = line
    self.delimiter = delimiter
  }

  /// Gives `take` fields `first`, `first + step`, … of each record, numbered 0, 1, ….
  ///
  /// - Throws: `.malformed` for a record that has not `count` fields.
  /// - Complexity: O(bytes).
  func fields(
    of count: Int, first: Int, every step: Int, _ take: (Int, UnsafeRawBufferPointer) -> Void
  ) throws(TableError) {
    let wrong: (found: Int, line: Int)? = bytes.withUnsafeBytes { bytes in
      var position = start
      var line = firstLine
      let end = bytes.count
      while position < end {
        if bytes[position] == 0x0A {
          position += 1
          line += 1
          continue
        }
        var column = 0
        var place = 0
        var wanted = first
        while true {
          let begin = position
          while position < end, bytes[position] != delimiter, bytes[position] != 0x0A { position += 1 }
          if column == wanted, column < count {
            take(place, UnsafeRawBufferPointer(rebasing: bytes[begin..<position]))
            place += 1
            wanted += step
          }
          column += 1
          let isEndOfRecord = position == end || bytes[position] == 0x0A
          position += 1
          if isEndOfRecord { break }
        }
        if column != count { return (column, line) }
        line += 1
      }
      return nil
    }
    if let wrong { throw Self.otherLength(wrong.found, count, line: wrong.line) }
  }

  static func otherLength(_ found: Int, _ count: Int, line: Int) -> TableError {
    TableError(.malformed, "line \(line): \(found) fields where the header has \(count)")
  }
}
