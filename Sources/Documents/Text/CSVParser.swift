/// Parts delimited text into records, a record at a time.
///
/// Quoting is RFC 4180's: a field that starts with `"` ends at the next single `"`, `""` inside stands for
/// one. A quote inside an unquoted field is text, as spreadsheets write it.
///
/// - Source: RFC 4180, section 2.
package struct CSVParser {
  let bytes: [UInt8]
  let delimiter: UInt8
  package private(set) var position: Int
  /// Line of the file at `position`, from 1.
  package private(set) var line = 1

  package init(bytes: [UInt8], delimiter: UInt8, position: Int = 0) {
    self.bytes = bytes
    self.delimiter = delimiter
    self.position = position
  }

  /// The fields of the next record that isn't blank, or `nil` at the end.
  ///
  /// - Throws: `.malformed` for a quote that is never closed or is followed by text, with the line.
  /// - Complexity: O(record).
  package mutating func next() throws(DocumentError) -> [[UInt8]]? {
    while position < bytes.count, bytes[position] == 0x0A {
      position += 1
      line += 1
    }
    guard position < bytes.count else { return nil }
    var fields: [[UInt8]] = []
    while true {
      fields.append(try field())
      guard position < bytes.count else { return fields }
      let byte = bytes[position]
      position += 1
      if byte == 0x0A {
        line += 1
        return fields
      }
      if position == bytes.count {
        fields.append([])
        return fields
      }
    }
  }

  /// Reads a field and stops at the delimiter, line feed or end behind it.
  private mutating func field() throws(DocumentError) -> [UInt8] {
    guard bytes[position] == 0x22 else {
      let start = position
      while position < bytes.count, bytes[position] != delimiter, bytes[position] != 0x0A { position += 1 }
      return Array(bytes[start..<position])
    }
    let opened = line
    var value: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == 0x22 {
        guard position < bytes.count, bytes[position] != delimiter, bytes[position] != 0x0A else {
          return value
        }
        guard bytes[position] == 0x22 else {
          throw DocumentError(
            .malformed,
            "line \(line): text after a closing quote; write a quote inside a quoted field twice")
        }
        position += 1
      } else if byte == 0x0A {
        line += 1
      }
      value.append(byte)
    }
    throw DocumentError(.malformed, "line \(opened): a quoted field is never closed; add the missing quote")
  }
}
