/// Finds the blocks of Org files.
final class OrgParser {
  typealias Lines = ArraySlice<MarkupLine>

  private let bytes: [UInt8]
  private let out: MarkupText
  private let nesting: Int
  private var macros: [String: [UInt8]] = [:]
  private var hasTitle = false
  private var caption: SourcedText?
  /// Stars of a subtree that is a comment; 0 outside.
  private var hiddenBelow = 0

  init(_ bytes: [UInt8], out: MarkupText, nesting: Int) {
    self.bytes = bytes
    self.out = out
    self.nesting = nesting
  }

  func parse() throws(DocumentError) {
    let lines = MarkupLine.all(of: bytes)
    try readTitle(lines)
    try parse(lines[...], level: 0, depth: 0, kind: .paragraph)
  }

  private func inline(_ raw: SourcedText) -> SourcedText { OrgInline.text(raw, macros: macros) }

  private func inline(_ lines: some Collection<MarkupLine>) -> SourcedText {
    inline(SourcedText(joining: lines, of: bytes))
  }

  // MARK: Keywords

  /// `#+KEY: value`.
  private func keyword(_ line: MarkupLine) -> (name: String, value: MarkupLine)? {
    guard line.starts(with: "#+", in: bytes) else { return nil }
    var position = line.text + 2
    while position < line.end, bytes[position] != 0x3A, !ASCII.isBlank(bytes[position]) { position += 1 }
    guard position < line.end, bytes[position] == 0x3A, position > line.text + 2 else { return nil }
    let name = TextScan.string((line.text + 2)..<position, in: bytes).uppercased()
    return (name, line.rest(after: position + 1 - line.text, in: bytes))
  }

  /// Finds title, metadata and macros, which may stand anywhere.
  private func readTitle(_ lines: [MarkupLine]) throws(DocumentError) {
    var title = SourcedText()
    for line in lines {
      guard let (name, value) = keyword(line), !value.isBlank else { continue }
      switch name {
      case "TITLE":
        if !title.isEmpty { title.write(" ", at: value.text) }
        title.append(inline([value]))
      case "AUTHOR", "DATE", "EMAIL", "DESCRIPTION", "KEYWORDS", "LANGUAGE", "SUBTITLE":
        if out.metadata[name.lowercased()] == nil {
          out.metadata[name.lowercased()] = .string(inline([value]).string)
        }
      case "MACRO":
        let text = bytes[value.content]
        let name = text.prefix { !ASCII.isBlank($0) }
        let body = text.dropFirst(name.count).drop { ASCII.isBlank($0) }
        if !body.contains(0x24) { macros[String(decoding: name, as: UTF8.self).lowercased()] = Array(body) }
      default: break
      }
    }
    guard !title.isEmpty else { return }
    hasTitle = true
    try out.append(.heading, level: 1, title)
  }

  // MARK: Blocks

  private func parse(_ lines: Lines, level: Int, depth: Int, kind: Block.Kind) throws(DocumentError) {
    var index = lines.startIndex
    while index < lines.endIndex {
      let line = lines[index]
      if line.isBlank {
        index += 1
      } else if depth == 0, let stars = stars(line) {
        if hiddenBelow == 0 || stars <= hiddenBelow {
          hiddenBelow = 0
          try heading(line, stars: stars)
        }
        index += 1
      } else if hiddenBelow > 0 {
        index += 1
      } else {
        index = try block(lines, at: index, level: level, depth: depth, kind: kind)
      }
    }
  }

  private func stars(_ line: MarkupLine) -> Int? {
    guard line.start == line.text, bytes[line.text] == 0x2A else { return nil }
    var position = line.text
    while position < line.end, bytes[position] == 0x2A { position += 1 }
    return position < line.end && bytes[position] == 0x20 ? position - line.text : nil
  }

  private func heading(_ line: MarkupLine, stars: Int) throws(DocumentError) {
    let rest = line.rest(after: stars, in: bytes)
    var range = rest.content
    // Tags stand at the end: `:a:b:`.
    if bytes[range.upperBound - 1] == 0x3A {
      var start = range.upperBound - 1
      while start > range.lowerBound, !ASCII.isBlank(bytes[start - 1]) { start -= 1 }
      if bytes[start] == 0x3A, range.upperBound - start > 2 { range = range.lowerBound..<start }
    }
    var text = SourcedText(copying: TextScan.trimmed(range, in: bytes), of: bytes)
    if text.bytes.starts(with: "COMMENT ".utf8) || text.bytes.elementsEqual("COMMENT".utf8) {
      hiddenBelow = stars
      return
    }
    // The priority `[#A]` may stand behind the keyword.
    if let open = text.bytes.prefix(40).firstIndex(of: 0x5B), open + 3 < text.count,
      text.bytes[open + 1] == 0x23,
      text.bytes[open + 3] == 0x5D
    {
      var kept = text.slice(0..<open)
      kept.append(text.slice((open + 4)..<text.count).trimmed)
      text = kept
    }
    try out.append(.heading, level: min(6, stars + (hasTitle ? 1 : 0)), inline(text))
  }

  private func block(
    _ lines: Lines, at index: Int, level: Int, depth: Int, kind: Block.Kind
  ) throws(DocumentError) -> Int {
    let line = lines[index]
    switch bytes[line.text] {
    case 0x23:
      if let end = try hashed(lines, at: index, level: level, depth: depth) { return end }
    case 0x3A:
      if line.content.count == 1 || ASCII.isBlank(bytes[line.text + 1]) {
        return try fixedWidth(lines, at: index)
      }
      if let end = try drawer(lines, at: index, level: level, depth: depth, kind: kind) { return end }
    case 0x7C: return try table(lines, at: index)
    case 0x2D:
      if let (mark, count) = line.repeated(in: bytes), mark == 0x2D, count >= 5 { return index + 1 }
    case 0x5C where line.starts(with: "\\begin{", in: bytes):
      return try environment(lines, at: index)
    default: break
    }
    if let end = try item(lines, at: index, level: level, depth: depth) { return end }
    var end = index + 1
    while end < lines.endIndex, !lines[end].isBlank, !interrupts(lines[end]) { end += 1 }
    try out.append(kind, inline(lines[index..<end]))
    return end
  }

  private func interrupts(_ line: MarkupLine) -> Bool {
    switch bytes[line.text] {
    case 0x23:
      line.starts(with: "#+", in: bytes) || line.content.count == 1 || ASCII.isBlank(bytes[line.text + 1])
    case 0x7C: true
    case 0x2A where line.start == line.text: stars(line) != nil
    case 0x2D where line.content.count >= 5 && line.repeated(in: bytes) != nil: true
    case 0x3A: line.content.count == 1 || ASCII.isBlank(bytes[line.text + 1]) || drawerName(line) != nil
    default: itemMark(line) != nil
    }
  }

  /// Comments, keywords and blocks between `#+BEGIN_` and `#+END_`.
  private func hashed(_ lines: Lines, at index: Int, level: Int, depth: Int) throws(DocumentError) -> Int? {
    let line = lines[index]
    if line.content.count == 1 || ASCII.isBlank(bytes[line.text + 1]) { return index + 1 }
    guard line.starts(with: "#+", in: bytes) else { return nil }
    let word = line.rest(after: 2, in: bytes).string(in: bytes).prefix { $0 != " " && $0 != "\t" }
      .uppercased()
    if word.hasPrefix("BEGIN_") {
      return try delimited(lines, at: index, name: String(word.dropFirst(6)), level: level, depth: depth)
    }
    guard let (name, value) = keyword(line) else { return nil }
    if name == "CAPTION" {
      caption = inline([value])
    } else if name == "INCLUDE" {
      out.leaveOut(
        "'\(value.string(in: bytes))', which the file includes; ingest that file by itself", line: line.number
      )
    }
    return index + 1
  }

  private func delimited(
    _ lines: Lines, at index: Int, name: String, level: Int, depth: Int
  ) throws(DocumentError) -> Int {
    var end = index + 1
    let close = "#+END_" + name
    while end < lines.endIndex, lines[end].string(in: bytes).uppercased() != close { end += 1 }
    let inner = lines[(index + 1)..<end]
    let next = min(end + 1, lines.endIndex)
    switch name {
    case "COMMENT": break
    case "EXPORT", "HTML", "LATEX":
      out.leaveOut("text for another format (#+BEGIN_\(name))", line: lines[index].number)
    case "SRC", "EXAMPLE":
      try writeCaption()
      let indent = inner.filter { !$0.isBlank }.map(\.indent).min() ?? 0
      try out.append(.code, SourcedText(joining: inner, of: bytes, indent: indent))
    case "VERSE": try out.append(.paragraph, inline(inner))
    default:
      guard depth < nesting else {
        try out.append(.paragraph, inline(inner.filter { !$0.isBlank }))
        break
      }
      try parse(inner, level: level, depth: depth + 1, kind: name == "QUOTE" ? .quote : .paragraph)
    }
    return next
  }

  private func writeCaption() throws(DocumentError) {
    guard let text = caption else { return }
    caption = nil
    try out.append(.paragraph, text)
  }

  private func fixedWidth(_ lines: Lines, at index: Int) throws(DocumentError) -> Int {
    var end = index
    var content: [MarkupLine] = []
    while end < lines.endIndex, !lines[end].isBlank, bytes[lines[end].text] == 0x3A,
      lines[end].content.count == 1 || ASCII.isBlank(bytes[lines[end].text + 1])
    {
      var rest = lines[end]
      rest.start = min(rest.text + 2, rest.end)
      content.append(MarkupLine(rest.start..<rest.end, in: bytes, column: 0, number: rest.number))
      end += 1
    }
    try out.append(.code, SourcedText(joining: content, of: bytes, indent: 0))
    return end
  }

  private func drawerName(_ line: MarkupLine) -> String? {
    guard line.content.count > 2, bytes[line.text] == 0x3A, bytes[line.end - 1] == 0x3A else { return nil }
    let name = (line.text + 1)..<(line.end - 1)
    guard bytes[name].allSatisfy({ ASCII.isAlphanumeric($0) || $0 == 0x5F || $0 == 0x2D }) else { return nil }
    return TextScan.string(name, in: bytes).uppercased()
  }

  private func drawer(
    _ lines: Lines, at index: Int, level: Int, depth: Int, kind: Block.Kind
  ) throws(DocumentError) -> Int? {
    guard let name = drawerName(lines[index]), name != "END" else { return nil }
    var end = index + 1
    while end < lines.endIndex, drawerName(lines[end]) != "END" {
      if stars(lines[end]) != nil { return nil }
      end += 1
    }
    guard end < lines.endIndex else { return nil }
    if name != "PROPERTIES", name != "LOGBOOK", depth < nesting {
      try parse(lines[(index + 1)..<end], level: level, depth: depth + 1, kind: kind)
    }
    return end + 1
  }

  private func environment(_ lines: Lines, at index: Int) throws(DocumentError) -> Int {
    var end = index
    while end < lines.endIndex, !lines[end].starts(with: "\\end{", in: bytes), stars(lines[end]) == nil {
      end += 1
    }
    let next = min(end + 1, lines.endIndex)
    try out.append(.code, SourcedText(joining: lines[index..<next], of: bytes, indent: lines[index].indent))
    return next
  }

  // MARK: Lists

  /// Width of `-`, `+`, `1.`, `a)` and, right of the margin, `*`.
  private func itemMark(_ line: MarkupLine) -> Int? {
    guard !line.isBlank else { return nil }
    var position = line.text
    switch bytes[position] {
    case 0x2D, 0x2B: position += 1
    case 0x2A where line.start < line.text: position += 1
    default:
      while position < line.end, position - line.text < 5, ASCII.isDigit(bytes[position]) { position += 1 }
      if position == line.text, ASCII.isLetter(bytes[position]), line.content.count > 2 { position += 1 }
      guard position > line.text, position < line.end, bytes[position] == 0x2E || bytes[position] == 0x29
      else {
        return nil
      }
      // A sentence may begin with a letter and a full stop only where it is one of a list: `A. Smith`.
      if !ASCII.isDigit(bytes[line.text]), !ASCII.isLower(bytes[line.text]) { return nil }
      position += 1
    }
    guard position == line.end || ASCII.isBlank(bytes[position]) else { return nil }
    return position - line.text
  }

  private func item(_ lines: Lines, at index: Int, level: Int, depth: Int) throws(DocumentError) -> Int? {
    let line = lines[index]
    guard let width = itemMark(line) else { return nil }
    var end = index + 1
    var last = end
    while end < lines.endIndex, lines[end].isBlank || lines[end].indent > line.indent {
      end += 1
      if !lines[end - 1].isBlank { last = end }
      // Two blank lines end every list.
      if end - last >= 2 { break }
    }
    // The item's own text goes to the first blank line or nested block.
    var first = index + 1
    while first < last, !lines[first].isBlank, !interrupts(lines[first]) { first += 1 }
    var text = SourcedText(copying: line.text..<(line.text + width), of: bytes)
    text.write(" ", at: line.text + width)
    var rest = line.rest(after: width, in: bytes)
    if rest.starts(with: "[@", in: bytes), let close = bytes[rest.content].firstIndex(of: 0x5D) {
      rest = rest.rest(after: close + 1 - rest.text, in: bytes)
    }
    text.append(inline([rest] + lines[(index + 1)..<first]))
    try out.append(.listItem, level: level + 1, text)
    if first < last {
      if depth < nesting {
        try parse(lines[first..<last], level: level + 1, depth: depth + 1, kind: .paragraph)
      } else {
        try out.append(.paragraph, inline(lines[first..<last].filter { !$0.isBlank }))
      }
    }
    return max(last, index + 1)
  }

  // MARK: Tables

  private func table(_ lines: Lines, at index: Int) throws(DocumentError) -> Int {
    var end = index
    var table = MarkupTable()
    var ruleAfter: Int?
    while end < lines.endIndex, !lines[end].isBlank, bytes[lines[end].text] == 0x7C {
      let line = lines[end]
      end += 1
      if line.starts(with: "|-", in: bytes) {
        if ruleAfter == nil, !table.rows.isEmpty { ruleAfter = table.rows.count }
        continue
      }
      var cells: [MarkupTable.Cell] = []
      var start = line.text + 1
      for position in (line.text + 1)..<max(line.text + 1, line.end) where bytes[position] == 0x7C {
        cells.append(cell(start..<position))
        start = position + 1
      }
      if start < line.end { cells.append(cell(start..<line.end)) }
      // Rows of widths and alignments (`<l10>`) are no data.
      let isWidths =
        cells.contains { !$0.text.isEmpty }
        && cells.allSatisfy {
          $0.text.isEmpty || $0.text.bytes.first == 0x3C && $0.text.bytes.last == 0x3E && $0.text.count <= 6
        }
      if !isWidths { table.rows.append(cells) }
    }
    if let ruleAfter, ruleAfter < table.rows.count {
      for row in 0..<ruleAfter {
        for cell in table.rows[row].indices { table.rows[row][cell].isHeader = true }
      }
    }
    table.caption = caption
    caption = nil
    try out.append(table)
    return max(end, index + 1)
  }

  private func cell(_ range: Range<Int>) -> MarkupTable.Cell {
    MarkupTable.Cell(
      text: inline(SourcedText(copying: TextScan.trimmed(range, in: bytes), of: bytes)).trimmed)
  }
}
