/// The cells of a table of AsciiDoc, which flow into rows of as many columns as the first line or `cols` has.
///
/// - Source: AsciiDoc Language Documentation, "Tables".
struct AsciiDocTable {
  private struct Token {
    var text: SourcedText
    var columnSpan = 1
    var rowSpan = 1
    var copies = 1
    var isHeader = false
    var line: Int
  }

  private(set) var table = MarkupTable()

  /// - Parameters:
  ///   - options: the attributes above the table: `cols="1,2",options="header"`.
  ///   - separator: the first sign of the table's delimiter.
  /// - Complexity: O(lines).
  init(
    _ lines: ArraySlice<MarkupLine>, of bytes: [UInt8], options: String, separator: UInt8,
    inline: (SourcedText) -> SourcedText
  ) {
    let isCSV = separator == 0x2C || options.contains("format=csv") || options.contains("format=\"csv\"")
    let delimiter: UInt8 =
      isCSV ? 0x2C : options.contains("format=dsv") || separator == 0x3A ? 0x3A : separator
    let tokens =
      isCSV || delimiter == 0x3A
      ? Self.delimited(lines, of: bytes, by: delimiter) : Self.cells(lines, of: bytes, by: delimiter)
    guard let first = tokens.first else { return }
    let onFirstLine = tokens.filter { $0.line == first.line }.reduce(0) { $0 + $1.columnSpan * $1.copies }
    let columns = max(1, Self.columns(options) ?? onFirstLine)
    // A blank line below the first row makes it the header, where nothing is above it.
    let firstLine = lines.first { !$0.isBlank }
    let isImplicit =
      lines.first?.isBlank == false
      && firstLine.map { line in lines.first { $0.number == line.number + 1 }?.isBlank ?? false } ?? false
      && onFirstLine == columns
    let hasHeader =
      options.contains("header") || isImplicit && !options.contains("noheader")
    fill(tokens, columns: columns, inline: inline)
    if hasHeader, !table.rows.isEmpty {
      for cell in table.rows[0].indices { table.rows[0][cell].isHeader = true }
    }
  }

  private mutating func fill(_ tokens: [Token], columns: Int, inline: (SourcedText) -> SourcedText) {
    /// Rows that cells from above still cover, by column.
    var covered = [Int](repeating: 0, count: columns)
    var column = 0
    var row: [MarkupTable.Cell] = []
    func skipCovered() { while column < columns, covered[column] > 0 { column += 1 } }
    func endRow() {
      table.rows.append(row)
      row = []
      column = 0
      for index in covered.indices where covered[index] > 0 { covered[index] -= 1 }
    }
    for token in tokens {
      for _ in 0..<min(token.copies, 1000) {
        skipCovered()
        while column >= columns {
          endRow()
          skipCovered()
        }
        let width = min(token.columnSpan, columns - column)
        row.append(
          MarkupTable.Cell(
            text: inline(token.text).trimmed, columnSpan: width, rowSpan: token.rowSpan,
            isHeader: token.isHeader))
        for index in column..<(column + width) { covered[index] = max(covered[index], token.rowSpan) }
        column += width
        skipCovered()
        if column >= columns { endRow() }
      }
    }
    if !row.isEmpty { endRow() }
  }

  /// The number of columns that `cols` names: `"1,2"`, `"3*"`, `"<,^a"`.
  private static func columns(_ options: String) -> Int? {
    guard let range = options.firstRange(of: "cols=") else { return nil }
    let rest = options[range.upperBound...]
    let value: Substring
    if let quote = rest.first, quote == "\"" || quote == "'" {
      value = rest.dropFirst().prefix { $0 != quote }
    } else {
      value = rest.prefix { $0 != "," }
    }
    let parts = value.split(whereSeparator: { $0 == "," || $0 == ";" })
    let count = parts.reduce(0) { sum, part in
      guard let star = part.firstIndex(of: "*") else { return sum + 1 }
      let digits = part[..<star].filter(\.isNumber)
      return sum + min(1000, Int(String(digits)) ?? 1)
    }
    return count > 0 ? min(count, 1000) : nil
  }

  /// Cells that begin with `separator`, before which their spans and style may stand.
  private static func cells(_ lines: ArraySlice<MarkupLine>, of bytes: [UInt8], by separator: UInt8)
    -> [Token]
  {
    var tokens: [Token] = []
    var content: [MarkupLine] = []
    func close() {
      guard !tokens.isEmpty else { return }
      let kept = content.filter { !$0.isBlank }
      tokens[tokens.count - 1].text = SourcedText(joining: kept, of: bytes)
      content = []
    }
    for line in lines {
      guard !line.isBlank else { continue }
      if line.starts(with: "//", in: bytes), !line.starts(with: "///", in: bytes) { continue }
      var start = line.text
      var position = line.text
      while position < line.end {
        guard bytes[position] == separator, position == line.text || bytes[position - 1] != 0x5C else {
          position += 1
          continue
        }
        let spec = specification(before: position, from: start, in: bytes)
        if spec.lowerBound > start {
          content.append(MarkupLine(start..<spec.lowerBound, in: bytes, column: 0, number: line.number))
        }
        close()
        tokens.append(token(spec, in: bytes, line: line.number))
        position += 1
        start = position
      }
      if start < line.end {
        content.append(MarkupLine(start..<line.end, in: bytes, column: 0, number: line.number))
      }
    }
    close()
    return tokens
  }

  /// The range right before a separator that says how its cell spans: `2+`, `.3+^`, `3*`, `a`, behind a blank.
  private static func specification(before position: Int, from start: Int, in bytes: [UInt8]) -> Range<Int> {
    var low = position
    while low > start, position - low < 16, !ASCII.isBlank(bytes[low - 1]) { low -= 1 }
    let word = bytes[low..<position]
    guard !word.isEmpty, low == start || ASCII.isBlank(bytes[low - 1]) else { return position..<position }
    var hasMark = false
    for (index, byte) in zip(word.indices, word) {
      switch byte {
      case 0x30...0x39, 0x2E: break
      case 0x2B, 0x2A, 0x3C, 0x3E, 0x5E: hasMark = true
      case _
      where index == word.endIndex - 1 && [0x61, 0x64, 0x65, 0x68, 0x6C, 0x6D, 0x73, 0x76].contains(byte):
        hasMark = true
      default: return position..<position
      }
    }
    return hasMark ? low..<position : position..<position
  }

  private static func token(_ spec: Range<Int>, in bytes: [UInt8], line: Int) -> Token {
    var token = Token(text: SourcedText(), line: line)
    var number = ""
    var isRow = false
    var width: Int?
    for byte in bytes[spec] {
      switch byte {
      case 0x30...0x39: number.append(Character(UnicodeScalar(byte)))
      case 0x2E:
        if let value = Int(number) { width = value }
        number = ""
        isRow = true
      case 0x2B:
        if isRow {
          token.rowSpan = max(1, min(1000, Int(number) ?? 1))
          if let width { token.columnSpan = max(1, min(1000, width)) }
        } else {
          token.columnSpan = max(1, min(1000, Int(number) ?? 1))
        }
        number = ""
        isRow = false
      case 0x2A:
        token.copies = max(1, min(1000, Int(number) ?? 1))
        number = ""
      case 0x68: token.isHeader = true
      default: break
      }
    }
    return token
  }

  private static func delimited(_ lines: ArraySlice<MarkupLine>, of bytes: [UInt8], by delimiter: UInt8)
    -> [Token]
  {
    var tokens: [Token] = []
    for line in lines where !line.isBlank {
      var position = line.text
      while position <= line.end {
        var start = position
        var end: Int
        if position < line.end, bytes[position] == 0x22,
          let close = bytes[(position + 1)..<line.end].firstIndex(of: 0x22)
        {
          start += 1
          end = close
          position = close + 1
          while position < line.end, bytes[position] != delimiter { position += 1 }
        } else {
          while position < line.end, bytes[position] != delimiter { position += 1 }
          end = position
        }
        let range = TextScan.trimmed(start..<max(start, end), in: bytes)
        tokens.append(Token(text: SourcedText(copying: range, of: bytes), line: line.number))
        end = position
        if position >= line.end { break }
        position += 1
      }
    }
    return tokens
  }
}
