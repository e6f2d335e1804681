/// Reads JSON and JSONL as flat `path: value` lines, in the order of the file.
///
/// A record is a member of the top object, an element of the top array or a line of JSONL; a scalar at the
/// top is one record. Paths start inside the record's element (`author.name`, `tags[0]`), but with the
/// member's name in an object. `null`, empty strings and empty containers give no line; a key that comes
/// twice gives two.
///
/// A bad line of JSONL costs that line. Comments, commas at the end of a list and `NaN` are read, and noted; so are
/// several values in a row in a file that is called JSON.
package struct JSONReader: DocumentReader {
  private let format: DocumentFormat

  /// - Parameter format: `.json` or `.jsonl`.
  package init(format: DocumentFormat = .json) {
    self.format = format
  }

  /// - Throws: what `TextDecoding.decode` throws; `.malformed` with line and column, for JSONL where no line is whole;
  ///   `.tooLarge` when values nest deeper than `limits.nesting` or the text passes `limits.textBytes`.
  /// - Complexity: O(bytes + text).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    var flattener = JSONFlattener(limits: limits)
    var notes = decoded.notes
    if format == .jsonl {
      notes += try lines(of: decoded.bytes, limits: limits, into: &flattener)
    } else {
      notes += try values(of: decoded.bytes, into: &flattener)
    }
    if let note = flattener.liberties.note { notes.append(note) }
    return flattener.text.document(format, title: flattener.title, source: decoded.sourceMap, notes: notes)
  }

  /// Reads the one value of a file, or several in a row, each a record.
  private func values(
    of bytes: [UInt8], into flattener: inout JSONFlattener
  ) throws(DocumentError) -> [ReadingNote] {
    var cursor = JSONCursor(bytes, isLenient: true)
    try flattener.top(&cursor)
    cursor.skipBlanks()
    var count = 1
    while !cursor.isAtEnd {
      let kind = try? cursor.kind()
      guard kind == .object || kind == .array else {
        throw cursor.error("more text after the value")
      }
      try flattener.record(&cursor)
      cursor.skipBlanks()
      count += 1
    }
    flattener.liberties += cursor.liberties
    return count > 1 ? [ReadingNote("\(count) JSON values in a row were read as records (JSON Lines)")] : []
  }

  private func lines(
    of bytes: [UInt8], limits: ReadingLimits, into flattener: inout JSONFlattener
  ) throws(DocumentError) -> [ReadingNote] {
    var number = 0
    var position = 0
    var read = 0
    var failures: [(line: Int, error: DocumentError)] = []
    while position < bytes.count {
      let line = TextScan.line(in: bytes, from: position, to: bytes.count)
      position = line.upperBound + 1
      number += 1
      guard !TextScan.isBlank(line, in: bytes) else { continue }
      do throws(DocumentError) {
        var cursor = JSONCursor(bytes, range: line, isLenient: true)
        try flattener.record(&cursor, row: number)
        flattener.liberties += cursor.liberties
        read += 1
      } catch {
        // A limit is the file's; what is malformed is the line's.
        guard error.code == .malformed else {
          throw DocumentError(error.code, "line \(number): \(error.message)")
        }
        flattener.dropRecord()
        failures.append((number, error))
      }
    }
    guard let first = failures.first else { return [] }
    if read == 0 {
      // Values that are written over several lines are JSON under another name.
      var whole = JSONFlattener(limits: limits)
      if let notes = try? values(of: bytes, into: &whole) {
        flattener = whole
        return notes
      }
      throw DocumentError(first.error.code, "line \(first.line): \(first.error.message)")
    }
    let shown = failures.prefix(20).map { ReadingNote("line \($0.line) was left out: \($0.error.message)") }
    guard failures.count > shown.count else { return shown }
    return shown + [
      ReadingNote("\(failures.count - shown.count) more lines were left out: they are not valid JSON")
    ]
  }
}

extension JSONCursor.Liberties {
  fileprivate var note: ReadingNote? {
    let parts = [
      (comments, "comment"), (trailingCommas, "comma at a list's end"), (otherNumbers, "number like NaN"),
    ]
    .filter { $0.0 > 0 }
    .map { count, name in count == 1 ? "1 \(name)" : "\(count) × \(name)" }
    return parts.isEmpty
      ? nil
      : ReadingNote("not strict JSON: \(parts.joined(separator: ", ")); comments are not part of the text")
  }
}

/// Turns JSON values into lines of records.
private struct JSONFlattener {
  var text: RecordText
  /// The string called `title` in a top object.
  private(set) var title: String?
  var liberties = JSONCursor.Liberties()

  private var path: [UInt8] = []
  /// Where the innermost name stands in the source, or the value where it has none.
  private var position = 0
  private let nesting: Int

  init(limits: ReadingLimits) {
    text = RecordText(limits: limits)
    nesting = limits.nesting
  }

  /// Reads one value that is a record, up to the end of the cursor's range for a line of JSONL.
  mutating func record(_ cursor: inout JSONCursor, row: Int? = nil) throws(DocumentError) {
    path.removeAll(keepingCapacity: true)
    cursor.skipBlanks()
    position = cursor.position
    try value(&cursor, depth: nesting)
    if row != nil {
      cursor.skipBlanks()
      guard cursor.isAtEnd else { throw cursor.error("more text after the value") }
    }
    text.endRecord(row: row)
  }

  mutating func dropRecord() {
    text.dropRecord()
    path.removeAll(keepingCapacity: true)
  }

  /// Reads the value of a whole file, each part of it a record.
  mutating func top(_ cursor: inout JSONCursor) throws(DocumentError) {
    let kind = try cursor.kind()
    guard kind == .object || kind == .array else {
      try record(&cursor)
      return
    }
    guard nesting > 0 else { throw cursor.tooDeep() }
    let close: UInt8 = kind == .object ? 0x7D : 0x5D
    try cursor.expect(kind == .object ? 0x7B : 0x5B)
    if cursor.take(close) { return }
    repeat {
      position = cursor.position
      if kind == .object {
        position += 1
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
    } while cursor.takeComma(before: close)
    try cursor.expect(close)
  }

  /// Adds the lines of the value that starts at the cursor.
  mutating func value(_ cursor: inout JSONCursor, depth: Int) throws(DocumentError) {
    switch try cursor.kind() {
    case .string:
      let string = try cursor.sourcedString()
      if !string.isBlank { try text.add(name: path, value: string, at: position) }
    case .number:
      let range = try cursor.number()
      try text.add(name: path, value: SourcedText(copying: range, of: cursor.bytes), at: position)
    case .literal:
      let range = try cursor.literal()
      if cursor.bytes[range.lowerBound] != 0x6E {
        try text.add(name: path, value: SourcedText(copying: range, of: cursor.bytes), at: position)
      }
    case .object:
      guard depth > 0 else { throw cursor.tooDeep() }
      try cursor.expect(0x7B)
      if cursor.take(0x7D) { return }
      let length = path.count
      repeat {
        position = cursor.position + 1
        let name = try cursor.string()
        if length > 0 { path.append(0x2E) }
        path.append(contentsOf: name.filter { $0 >= 0x20 })
        try cursor.expect(0x3A)
        try value(&cursor, depth: depth - 1)
        path.removeLast(path.count - length)
      } while cursor.takeComma(before: 0x7D)
      try cursor.expect(0x7D)
    case .array:
      guard depth > 0 else { throw cursor.tooDeep() }
      try cursor.expect(0x5B)
      if cursor.take(0x5D) { return }
      let length = path.count
      var index = 0
      repeat {
        position = cursor.position
        path.append(contentsOf: "[\(index)]".utf8)
        try value(&cursor, depth: depth - 1)
        path.removeLast(path.count - length)
        index += 1
      } while cursor.takeComma(before: 0x5D)
      try cursor.expect(0x5D)
    }
  }
}
