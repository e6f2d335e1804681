/// Tables of reStructuredText.
extension RSTParser {
  /// Reads the grid or simple table that starts at `index`.
  ///
  /// - Returns: where it ends, or `nil` where there is none.
  func table(_ lines: Lines, at index: Int) throws(DocumentError) -> Int? {
    let line = lines[index]
    if bytes[line.text] == 0x2B, line.content.count > 2, bytes[line.end - 1] == 0x2B,
      bytes[line.content].allSatisfy({ $0 == 0x2B || $0 == 0x2D })
    {
      var end = index
      while end < lines.endIndex, !lines[end].isBlank, lines[end].indent == line.indent,
        bytes[lines[end].text] == 0x2B || bytes[lines[end].text] == 0x7C
      {
        end += 1
      }
      guard end - index >= 3 else { return nil }
      try flush()
      if let table = RSTGrid(lines[index..<end], of: bytes)?.table(inline) {
        try out.append(table)
      } else {
        try code(lines[index..<end])
      }
      return end
    }
    guard let columns = rule(line, of: 0x3D), columns.count > 1 else { return nil }
    return try simpleTable(lines, at: index, columns: columns)
  }

  /// The columns of a line of groups of `mark`, as offsets from the line's text.
  private func rule(_ line: MarkupLine, of mark: UInt8) -> [Range<Int>]? {
    guard !line.isBlank, bytes[line.content].allSatisfy({ $0 == mark || $0 == 0x20 }),
      bytes[line.text] == mark
    else {
      return nil
    }
    var columns: [Range<Int>] = []
    var position = line.text
    while position < line.end {
      let start = position
      while position < line.end, bytes[position] == mark { position += 1 }
      columns.append((start - line.text)..<(position - line.text))
      while position < line.end, bytes[position] == 0x20 { position += 1 }
    }
    return columns
  }

  private func simpleTable(
    _ lines: Lines, at index: Int, columns: [Range<Int>]
  ) throws(DocumentError) -> Int? {
    let indent = lines[index].indent
    var end = index + 1
    var rules = [index]
    while end < lines.endIndex {
      let line = lines[end]
      if !line.isBlank, line.indent < indent { break }
      if !line.isBlank, line.indent == indent, rule(line, of: 0x3D) != nil {
        rules.append(end)
        end += 1
        // The second rule closes the table where nothing follows it, else the third does.
        if rules.count == 3 || end == lines.endIndex || lines[end].isBlank { break }
        continue
      }
      end += 1
    }
    guard rules.count >= 2, let last = rules.last else { return nil }
    let headerEnd = rules.count == 3 ? rules[1] : index
    var table = MarkupTable()
    var open: [[MarkupLine]] = []
    var spans: [Range<Int>] = []
    func close(isHeader: Bool) {
      guard !open.isEmpty else { return }
      var cells: [MarkupTable.Cell] = []
      for (cell, span) in zip(open, spans) {
        let kept = cell.filter { !$0.isBlank }
        var text = MarkupTable.Cell(text: inline(kept[...]).trimmed)
        text.columnSpan = max(
          1, columns.count { $0.lowerBound >= span.lowerBound && $0.lowerBound < span.upperBound })
        text.isHeader = isHeader
        cells.append(text)
      }
      table.rows.append(cells)
      open = []
    }
    var number = index + 1
    while number < last {
      let line = lines[number]
      number += 1
      if line.isBlank || rules.contains(number - 1) {
        close(isHeader: number - 1 <= headerEnd && headerEnd > index)
        continue
      }
      if line.indent == indent, let under = rule(line, of: 0x2D) {
        // Dashes below a row join columns; the row is read again with these.
        if let row = rowAbove(number - 1, in: lines, from: index) {
          open = split(row, columns: under, indent: indent)
          spans = under
          close(isHeader: number - 1 <= headerEnd && headerEnd > index)
        }
        continue
      }
      // The row of a line of dashes is taken with these.
      if number < last, lines[number].indent == indent, rule(lines[number], of: 0x2D) != nil {
        close(isHeader: number - 1 <= headerEnd && headerEnd > index)
        continue
      }
      let parts = split(line, columns: columns, indent: indent)
      if parts[0][0].isBlank, !open.isEmpty, open.count == parts.count {
        for column in parts.indices { open[column] += parts[column] }
      } else {
        close(isHeader: number - 1 < headerEnd && headerEnd > index)
        open = parts
        spans = columns
      }
    }
    close(isHeader: false)
    try flush()
    try out.append(table)
    return last + 1
  }

  private func rowAbove(_ index: Int, in lines: Lines, from start: Int) -> MarkupLine? {
    index - 1 > start && !lines[index - 1].isBlank ? lines[index - 1] : nil
  }

  /// The parts of a line in columns of characters from `indent` on; the last column has no end.
  private func split(_ line: MarkupLine, columns: [Range<Int>], indent: Int) -> [[MarkupLine]] {
    // An empty first cell is blanks in front of the line's text.
    let start = max(line.start, line.text - (line.indent - indent))
    let grid = TextColumns(start..<line.end, in: bytes)
    return columns.indices.map { number in
      let low = grid.offset(of: columns[number].lowerBound)
      let high = number + 1 < columns.count ? grid.offset(of: columns[number + 1].lowerBound) : line.end
      return [
        MarkupLine(low..<max(low, high), in: bytes, column: columns[number].lowerBound, number: line.number)
      ]
    }
  }

  // MARK: Directives

  func listTable(_ directive: Directive) throws(DocumentError) {
    var table = MarkupTable()
    if !directive.arguments.isEmpty { table.caption = inline(directive.arguments[...]) }
    let lines = directive.content
    guard let indent = lines.filter({ !$0.isBlank }).map(\.indent).min() else { return }
    var cell: [MarkupLine] = []
    var column = 0
    func close() {
      guard !table.rows.isEmpty, !cell.isEmpty else { return }
      let kept = cell.filter { !$0.isBlank }
      table.rows[table.rows.count - 1].append(MarkupTable.Cell(text: inline(kept[...]).trimmed))
      cell = []
    }
    func isMark(_ line: MarkupLine) -> Bool {
      !line.isBlank && [0x2A, 0x2D, 0x2B].contains(bytes[line.text])
        && (line.content.count == 1 || ASCII.isBlank(bytes[line.text + 1]))
    }
    for line in lines {
      if line.indent == indent, isMark(line) {
        close()
        table.rows.append([])
        let rest = line.rest(after: 1, in: bytes)
        column = rest.isBlank ? indent + 2 : rest.indent
        if isMark(rest) {
          // An empty cell is one all the same.
          cell = [rest.rest(after: 1, in: bytes)]
        }
      } else if line.indent == column, isMark(line) {
        close()
        cell = [line.rest(after: 1, in: bytes)]
      } else if !line.isBlank {
        cell.append(line)
      }
    }
    close()
    let headers = number(directive, "header-rows")
    for row in table.rows.indices where row < headers {
      for cell in table.rows[row].indices { table.rows[row][cell].isHeader = true }
    }
    try flush()
    try out.append(table)
  }

  func csvTable(_ directive: Directive) throws(DocumentError) {
    if let file = directive.option("file") ?? directive.option("url") {
      out.leaveOut(
        "the table '\(TextScan.string(file, in: bytes))', which stands in a file of its own",
        line: directive.line)
    }
    var table = MarkupTable()
    if !directive.arguments.isEmpty { table.caption = inline(directive.arguments[...]) }
    var delimiter: UInt8 = 0x2C
    if let option = directive.option("delim"), let first = option.first {
      let name = TextScan.string(option, in: bytes).lowercased()
      delimiter = name == "tab" ? 0x09 : name == "space" ? 0x20 : bytes[first]
    }
    if let header = directive.option("header") {
      table.rows += records(header, delimiter: delimiter).map { cells in
        cells.map { MarkupTable.Cell(text: $0, isHeader: true) }
      }
    }
    let fixed = table.rows.count
    if let first = directive.content.first(where: { !$0.isBlank }), let last = directive.content.last {
      table.rows += records(first.text..<max(first.text, last.end), delimiter: delimiter).map { cells in
        cells.map { MarkupTable.Cell(text: $0) }
      }
    }
    let headers = fixed + number(directive, "header-rows")
    for row in table.rows.indices where row < headers {
      for cell in table.rows[row].indices { table.rows[row][cell].isHeader = true }
    }
    try flush()
    try out.append(table)
  }

  private func number(_ directive: Directive, _ name: String) -> Int {
    directive.option(name).flatMap { Int(TextScan.string($0, in: bytes)) } ?? 0
  }

  /// The records of CSV in `range`, each field with its places.
  private func records(_ range: Range<Int>, delimiter: UInt8) -> [[SourcedText]] {
    var rows: [[SourcedText]] = [[]]
    var position = range.lowerBound
    while position <= range.upperBound {
      while position < range.upperBound, ASCII.isSpaceOrTab(bytes[position]), bytes[position] != delimiter {
        position += 1
      }
      var field = SourcedText()
      if position < range.upperBound, bytes[position] == 0x22 {
        position += 1
        while position < range.upperBound {
          if bytes[position] == 0x22 {
            guard position + 1 < range.upperBound, bytes[position + 1] == 0x22 else {
              position += 1
              break
            }
            position += 1
          }
          field.copy(bytes[position], at: position)
          position += 1
        }
        while position < range.upperBound, bytes[position] != delimiter, bytes[position] != 0x0A {
          position += 1
        }
      } else {
        let start = position
        while position < range.upperBound, bytes[position] != delimiter, bytes[position] != 0x0A {
          position += 1
        }
        field.copy(TextScan.trimmed(start..<position, in: bytes), of: bytes)
      }
      rows[rows.count - 1].append(inline(field).trimmed)
      if position >= range.upperBound { break }
      if bytes[position] == 0x0A { rows.append([]) }
      position += 1
    }
    return rows.filter { row in row.contains { !$0.isEmpty } }
  }
}

/// Where the columns of characters of a line are; a wide character takes two.
struct TextColumns {
  private var offsets: [Int] = []
  private let end: Int

  /// - Complexity: O(range).
  init(_ range: Range<Int>, in bytes: [UInt8]) {
    end = range.upperBound
    var position = range.lowerBound
    while position < end {
      let byte = bytes[position]
      var next = position + 1
      while next < end, ASCII.isContinuation(bytes[next]) { next += 1 }
      if byte == 0x09 {
        repeat { offsets.append(position) } while offsets.count % 8 != 0
      } else {
        offsets.append(position)
        if byte >= 0xE1, Self.isWide(bytes[position..<next]) { offsets.append(position) }
      }
      position = next
    }
  }

  var count: Int { offsets.count }

  /// The offset of the character in `column`, or the end.
  func offset(of column: Int) -> Int { offsets.indices.contains(column) ? offsets[column] : end }

  private static func isWide(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let value = String(decoding: bytes, as: UTF8.self).unicodeScalars.first?.value else { return false }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x20000...0x3FFFD:
      return true
    default: return false
    }
  }
}
