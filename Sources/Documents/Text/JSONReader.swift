/// Reads JSON and JSONL as flat `path: value` lines, in the order of the file.
///
/// A record is a member of the top object, an element of the top array or a line of JSONL; a scalar at the
/// top is one record. Paths start inside the record's element (`author.name`, `tags[0]`), but with the
/// member's name in an object. `null`, empty strings and empty containers give no line; a key that comes
/// twice gives two.
package struct JSONReader: DocumentReader {
  private let format: DocumentFormat

  /// - Parameter format: `.json` or `.jsonl`.
  package init(format: DocumentFormat = .json) {
    self.format = format
  }

  /// - Throws: what `TextDecoding.decode` throws; `.malformed` with the line (JSONL) and byte; `.tooLarge` when
  ///   values nest deeper than `limits.nesting` or the text passes `limits.textBytes`.
  /// - Complexity: O(bytes + text).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let bytes = try TextDecoding.decode(source.bytes, limits: limits).bytes
    var flattener = JSONFlattener(limits: limits)
    if format == .jsonl {
      try lines(of: bytes, limits: limits, into: &flattener)
    } else {
      var cursor = JSONCursor(bytes)
      try flattener.top(&cursor)
      cursor.skipBlanks()
      guard cursor.isAtEnd else {
        throw cursor.error("more text after the value (a file of one value a line is called .jsonl)")
      }
    }
    return flattener.text.document(format, title: flattener.title)
  }

  private func lines(
    of bytes: [UInt8], limits: ReadingLimits, into flattener: inout JSONFlattener
  ) throws(DocumentError) {
    var number = 0
    var position = 0
    while position < bytes.count {
      let line = TextScan.line(in: bytes, from: position, to: bytes.count)
      position = line.upperBound + 1
      number += 1
      guard !TextScan.isBlank(line, in: bytes) else { continue }
      do throws(DocumentError) {
        var cursor = JSONCursor(bytes, range: line)
        try flattener.value(&cursor, depth: limits.nesting)
        cursor.skipBlanks()
        guard cursor.isAtEnd else { throw cursor.error("more text after the value") }
        flattener.text.endRecord()
      } catch {
        throw DocumentError(error.code, "line \(number): \(error.message)")
      }
    }
  }
}

/// Turns JSON values into lines of records.
private struct JSONFlattener {
  var text: RecordText
  /// The string called `title` in a top object.
  private(set) var title: String?

  private var path: [UInt8] = []
  private let nesting: Int

  init(limits: ReadingLimits) {
    text = RecordText(limits: limits)
    nesting = limits.nesting
  }

  /// Reads the value of a whole file, each part of it a record.
  mutating func top(_ cursor: inout JSONCursor) throws(DocumentError) {
    let kind = try cursor.kind()
    guard kind == .object || kind == .array else {
      try value(&cursor, depth: nesting)
      text.endRecord()
      return
    }
    guard nesting > 0 else { throw cursor.tooDeep() }
    let close: UInt8 = kind == .object ? 0x7D : 0x5D
    try cursor.expect(kind == .object ? 0x7B : 0x5B)
    if cursor.take(close) { return }
    repeat {
      if kind == .object {
        path = try cursor.string()
        try cursor.expect(0x3A)
        if title == nil, path.elementsEqual("title".utf8), try cursor.kind() == .string {
          var copy = cursor
          let plain = TextScan.singleLine(try copy.string().filter { $0 != 0 }, limit: 1000)
          if !plain.isEmpty { title = plain }
        }
      }
      try value(&cursor, depth: nesting - 1)
      path.removeAll(keepingCapacity: true)
      text.endRecord()
    } while cursor.take(0x2C)
    try cursor.expect(close)
  }

  /// Adds the lines of the value that starts at the cursor.
  mutating func value(_ cursor: inout JSONCursor, depth: Int) throws(DocumentError) {
    switch try cursor.kind() {
    case .string:
      let string = try cursor.string()
      if !TextScan.isBlank(0..<string.count, in: string) { try text.add(name: path, value: string) }
    case .number:
      let range = try cursor.number()
      try text.add(name: path, value: cursor.bytes[range])
    case .literal:
      let range = try cursor.literal()
      if cursor.bytes[range.lowerBound] != 0x6E { try text.add(name: path, value: cursor.bytes[range]) }
    case .object:
      guard depth > 0 else { throw cursor.tooDeep() }
      try cursor.expect(0x7B)
      if cursor.take(0x7D) { return }
      let length = path.count
      repeat {
        let name = try cursor.string()
        if length > 0 { path.append(0x2E) }
        path.append(contentsOf: name.filter { $0 >= 0x20 })
        try cursor.expect(0x3A)
        try value(&cursor, depth: depth - 1)
        path.removeLast(path.count - length)
      } while cursor.take(0x2C)
      try cursor.expect(0x7D)
    case .array:
      guard depth > 0 else { throw cursor.tooDeep() }
      try cursor.expect(0x5B)
      if cursor.take(0x5D) { return }
      let length = path.count
      var index = 0
      repeat {
        path.append(contentsOf: "[\(index)]".utf8)
        try value(&cursor, depth: depth - 1)
        path.removeLast(path.count - length)
        index += 1
      } while cursor.take(0x2C)
      try cursor.expect(0x5D)
    }
  }
}
