/// Finds the blocks of AsciiDoc.
final class AsciiDocParser {
  typealias Lines = ArraySlice<MarkupLine>

  let bytes: [UInt8]
  let out: MarkupText
  private let nesting: Int
  private var attributes: [String: [UInt8]] = [:]
  /// Marks of the lists that are open, outermost first.
  private var listMarks: [String] = []
  /// Terms, or an admonition's name, before the paragraph that they belong to.
  private var pending: (prefix: SourcedText, kind: Block.Kind, level: Int)?
  /// What the lines above a block say of it.
  private var style = BlockStyle()
  private var hasTitle = false

  struct BlockStyle {
    var name = ""
    var options = ""
    var title: SourcedText?

    var isAdmonition: Bool { ["note", "tip", "important", "warning", "caution"].contains(name.lowercased()) }
  }

  init(_ bytes: [UInt8], out: MarkupText, nesting: Int) {
    self.bytes = bytes
    self.out = out
    self.nesting = nesting
  }

  func parse() throws(DocumentError) {
    try parse(MarkupLine.all(of: bytes)[...], depth: 0, isQuote: false)
  }

  func inline(_ raw: SourcedText) -> SourcedText { AsciiDocInline.text(raw, attributes: attributes) }

  func inline(_ lines: some Collection<MarkupLine>) -> SourcedText {
    inline(SourcedText(joining: lines, of: bytes))
  }

  // MARK: Emitting

  private func paragraph(_ text: SourcedText, as kind: Block.Kind = .paragraph) throws(DocumentError) {
    guard let pending else { return try out.append(kind, text) }
    self.pending = nil
    var content = pending.prefix
    content.append(text)
    try out.append(pending.kind, level: pending.level, content)
  }

  private func flush() throws(DocumentError) {
    guard let pending else { return }
    self.pending = nil
    try out.append(pending.kind, level: pending.level, pending.prefix)
  }

  private func writeTitle() throws(DocumentError) {
    guard let title = style.title else { return }
    style.title = nil
    try flush()
    try out.append(.paragraph, title)
  }

  // MARK: Blocks

  private func parse(_ lines: Lines, depth: Int, isQuote: Bool) throws(DocumentError) {
    var index = lines.startIndex
    while index < lines.endIndex {
      index = try block(lines, at: index, depth: depth, isQuote: isQuote)
    }
    try flush()
  }

  private func block(_ lines: Lines, at index: Int, depth: Int, isQuote: Bool) throws(DocumentError) -> Int {
    let line = lines[index]
    guard !line.isBlank else { return index + 1 }
    if let end = try hidden(lines, at: index) { return end }
    if let end = try delimited(lines, at: index, depth: depth) { return end }
    if line.starts(with: "|===", in: bytes) || line.starts(with: ",===", in: bytes)
      || line.starts(with: ":===", in: bytes) || line.starts(with: "!===", in: bytes)
    {
      return try table(lines, at: index)
    }
    if line.indent == 0, let end = try heading(lines, at: index, isTop: depth == 0) { return end }
    if let end = try listItem(lines, at: index) { return end }
    if try blockMacro(line) { return index + 1 }
    return try paragraph(lines, at: index, isQuote: isQuote)
  }

  /// Comments, attributes, conditions, breaks and the lines above a block.
  private func hidden(_ lines: Lines, at index: Int) throws(DocumentError) -> Int? {
    let line = lines[index]
    switch bytes[line.text] {
    case 0x2F where line.starts(with: "//", in: bytes):
      if let (mark, count) = line.repeated(in: bytes), mark == 0x2F, count >= 4 {
        return closing(lines, at: index) + 1
      }
      return line.starts(with: "///", in: bytes) ? nil : index + 1
    case 0x3A:
      return attributeEntry(lines, at: index)
    case 0x5B where line.indent == 0 && bytes[line.end - 1] == 0x5D && line.content.count > 2:
      readStyle(line)
      return index + 1
    case 0x2E
    where line.content.count > 1 && !ASCII.isBlank(bytes[line.text + 1]) && bytes[line.text + 1] != 0x2E
      && line.indent == 0:
      style.title = inline([line.rest(after: 1, in: bytes)])
      return index + 1
    case 0x2B where line.content.count == 1: return index + 1
    case 0x27, 0x3C, 0x2D, 0x2A:
      if let (mark, count) = line.repeated(in: bytes), count == 3, line.indent == 0 {
        if mark == 0x3C || mark == 0x27 { return index + 1 }
        if index + 1 == lines.endIndex || lines[index + 1].isBlank { return index + 1 }
      }
      return nil
    default: return try condition(line, at: index)
    }
  }

  private func condition(_ line: MarkupLine, at index: Int) throws(DocumentError) -> Int? {
    for word: StaticString in ["ifdef::", "ifndef::", "ifeval::", "endif::"]
    where line.starts(with: word, in: bytes) {
      // `ifdef::name[text]` has its text in the line.
      if let open = bytes[line.content].firstIndex(of: 0x5B), bytes[line.end - 1] == 0x5D,
        open + 1 < line.end - 1,
        word.utf8CodeUnitCount <= 8, !line.starts(with: "ifeval", in: bytes),
        !line.starts(with: "endif", in: bytes)
      {
        try paragraph(inline(SourcedText(copying: (open + 1)..<(line.end - 1), of: bytes)))
      }
      return index + 1
    }
    if line.starts(with: "include::", in: bytes) {
      let open = bytes[line.content].firstIndex(of: 0x5B) ?? line.end
      let target = TextScan.singleLine(Array(bytes[(line.text + 9)..<max(line.text + 9, open)]), limit: 200)
      out.leaveOut("'\(target)', which the file includes; ingest that file by itself", line: line.number)
      return index + 1
    }
    return nil
  }

  /// `:name: value`, with further lines where one ends in a backslash.
  private func attributeEntry(_ lines: Lines, at index: Int) -> Int? {
    let line = lines[index]
    guard line.indent == 0, line.content.count > 2,
      let colon = bytes[(line.text + 1)..<line.end].firstIndex(of: 0x3A), colon > line.text + 1,
      colon + 1 == line.end || ASCII.isBlank(bytes[colon + 1])
    else { return nil }
    let name = bytes[(line.text + 1)..<colon]
    guard name.allSatisfy({ ASCII.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x21 }) else {
      return nil
    }
    var end = index + 1
    var value = Array(bytes[TextScan.trimmed((colon + 1)..<line.end, in: bytes)])
    while let last = value.last, last == 0x5C, end < lines.endIndex {
      value.removeLast()
      value += bytes[lines[end].content]
      end += 1
    }
    let key = String(decoding: name, as: UTF8.self).lowercased()
    if name.contains(0x21) {
      attributes[key.filter { $0 != "!" }] = nil
    } else {
      attributes[key] =
        AsciiDocInline.text(SourcedText(copying: 0..<value.count, of: value), attributes: attributes).bytes
      let known = ["author", "email", "revdate", "revnumber", "description", "keywords", "date", "lang"]
      if known.contains(key), !value.isEmpty {
        out.metadata[key] = .string(String(decoding: value, as: UTF8.self))
      }
    }
    return end
  }

  private func readStyle(_ line: MarkupLine) {
    guard bytes[line.text + 1] != 0x5B else { return }
    let list = TextScan.string((line.text + 1)..<(line.end - 1), in: bytes)
    let first = list.prefix { $0 != "," && $0 != "#" && $0 != "." && $0 != "%" }
    if !first.contains("=") { style.name = first.trimmingBlanks }
    style.options += "," + list
  }

  // MARK: Headings

  private func heading(_ lines: Lines, at index: Int, isTop: Bool) throws(DocumentError) -> Int? {
    let line = lines[index]
    let mark = bytes[line.text]
    if mark == 0x3D || mark == 0x23 {
      var position = line.text
      while position < line.end, bytes[position] == mark { position += 1 }
      let level = position - line.text
      if level <= 6, position < line.end, ASCII.isSpaceOrTab(bytes[position]) {
        var text = TextScan.trimmed(position..<line.end, in: bytes)
        // The marks may stand behind the title too.
        var end = text.upperBound
        while end > text.lowerBound, bytes[end - 1] == mark { end -= 1 }
        if text.upperBound - end == level, end > text.lowerBound, bytes[end - 1] == 0x20 {
          text = TextScan.trimmed(text.lowerBound..<end, in: bytes)
        }
        return try writeHeading(SourcedText(copying: text, of: bytes), level: level, lines, next: index + 1)
      }
    }
    guard index + 1 < lines.endIndex, let (under, count) = lines[index + 1].repeated(in: bytes),
      lines[index + 1].indent == 0, count >= 2,
      let level = [0x3D: 1, 0x2D: 2, 0x7E: 3, 0x5E: 4, 0x2B: 5][under] as Int?,
      bytes[line.content].contains(where: { ASCII.isAlphanumeric($0) || $0 >= 0x80 })
    else { return nil }
    let title = String(decoding: bytes[line.content], as: UTF8.self)
    let width = title.unicodeScalars.count
    let isWide = title.utf8.count > width * 2
    guard abs(width - count) <= 2 || isWide && abs(width * 2 - count) <= 2, !isTop || count > 1 else {
      return nil
    }
    return try writeHeading(
      SourcedText(copying: line.content, of: bytes), level: level, lines, next: index + 2)
  }

  private func writeHeading(_ text: SourcedText, level: Int, _ lines: Lines, next: Int) throws(DocumentError)
    -> Int
  {
    try flush()
    listMarks = []
    style = BlockStyle()
    try out.append(.heading, level: level, inline(text))
    guard level == 1, !hasTitle else { return next }
    hasTitle = true
    // Author and revision stand right below the title.
    var end = next
    while end < lines.endIndex, !lines[end].isBlank {
      let line = lines[end]
      if bytes[line.text] == 0x3A || line.starts(with: "//", in: bytes) {
        end = try hidden(lines, at: end) ?? end + 1
        continue
      }
      guard end == next || end == next + 1, isHeaderLine(line) else { break }
      if end == next {
        let author = line.string(in: bytes).prefix { $0 != "<" && $0 != ";" }
        out.metadata["author"] = .string(author.trimmingBlanks)
      }
      try out.append(.paragraph, inline([line]))
      end += 1
    }
    return end
  }

  /// A name with an address, or a revision: `v1.0, 2024-01-01`.
  private func isHeaderLine(_ line: MarkupLine) -> Bool {
    let text = line.string(in: bytes)
    if text.hasSuffix(">"), text.contains("@") { return true }
    return text.first == "v" && text.dropFirst().first?.isNumber == true
  }

  // MARK: Delimited blocks

  /// Index of the line that closes the block which the line at `index` opens, or the end.
  private func closing(_ lines: Lines, at index: Int) -> Int {
    let open = bytes[lines[index].content]
    var end = index + 1
    while end < lines.endIndex {
      if lines[end].content.count == open.count, lines[end].indent == lines[index].indent,
        bytes[lines[end].content].elementsEqual(open)
      {
        return end
      }
      end += 1
    }
    return end
  }

  private func delimited(_ lines: Lines, at index: Int, depth: Int) throws(DocumentError) -> Int? {
    let line = lines[index]
    if line.starts(with: "```", in: bytes) {
      var end = index + 1
      while end < lines.endIndex,
        !(lines[end].starts(with: "```", in: bytes) && lines[end].content.count == 3)
      {
        end += 1
      }
      try code(lines[(index + 1)..<end])
      return min(end + 1, lines.endIndex)
    }
    guard let (mark, count) = line.repeated(in: bytes), line.indent == 0,
      count >= 4 || mark == 0x2D && count == 2
    else {
      return nil
    }
    guard [0x2D, 0x2E, 0x3D, 0x2A, 0x5F, 0x2B].contains(mark) else { return nil }
    let end = closing(lines, at: index)
    let inner = lines[(index + 1)..<max(index + 1, end)]
    let name = style.name.lowercased()
    switch mark {
    case 0x2D where count > 2, 0x2E: try code(inner)
    case 0x2B:
      if name == "stem" || name == "latexmath" || name == "asciimath" {
        try code(inner)
      } else {
        out.leaveOut("raw output of another format", line: line.number)
        style = BlockStyle()
      }
    case 0x5F where name == "verse":
      try writeTitle()
      try paragraph(inline(inner), as: .quote)
      style = BlockStyle()
    case 0x2D where name == "source" || name == "listing" || name == "literal": try code(inner)
    default:
      guard name != "comment" else {
        style = BlockStyle()
        break
      }
      try writeTitle()
      if style.isAdmonition {
        try flush()
        pending = (SourcedText(writing: admonition(name), at: line.text), .paragraph, 0)
      }
      style = BlockStyle()
      if depth < nesting {
        let marks = listMarks
        try parse(inner, depth: depth + 1, isQuote: mark == 0x5F)
        listMarks = marks
      } else {
        try paragraph(inline(inner.filter { !$0.isBlank }))
      }
    }
    return min(end + 1, lines.endIndex)
  }

  private func admonition(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() + ": " }

  private func code(_ lines: Lines) throws(DocumentError) {
    try flush()
    try writeTitle()
    style = BlockStyle()
    let indent = lines.filter { !$0.isBlank }.map(\.indent).min() ?? 0
    try out.append(.code, SourcedText(joining: lines, of: bytes, indent: indent))
  }

  // MARK: Lists

  private func listItem(_ lines: Lines, at index: Int) throws(DocumentError) -> Int? {
    let line = lines[index]
    if let (term, mark, rest) = term(line) {
      let level = listLevel(mark)
      var prefix = inline(SourcedText(copying: term, of: bytes))
      if let open = pending, open.kind == .listItem, open.level == level {
        // Several terms have one text.
        var both = open.prefix
        both.append(prefix)
        prefix = both
      } else {
        try flush()
      }
      try writeTitle()
      prefix.write("\n", at: term.upperBound)
      pending = (prefix, .listItem, level)
      style = BlockStyle()
      var first = index + 1
      var content: [MarkupLine] = rest.isBlank ? [] : [rest]
      if rest.isBlank {
        while first < lines.endIndex, lines[first].isBlank { first += 1 }
        guard first < lines.endIndex, lines[first].content != lines[index].content else { return index + 1 }
        guard !startsBlock(lines, at: first) else { return index + 1 }
      }
      let end = textEnd(lines, from: first)
      content += lines[first..<end].filter { !isComment($0) }
      try paragraph(inline(content))
      return max(end, index + 1)
    }
    guard let (mark, width) = itemMark(line) else { return nil }
    try flush()
    try writeTitle()
    style = BlockStyle()
    let level = listLevel(mark)
    let end = textEnd(lines, from: index + 1)
    var text = SourcedText(copying: line.text..<(line.text + width), of: bytes)
    text.write(" ", at: line.text + width)
    let rest = line.rest(after: width, in: bytes)
    text.append(inline([rest] + lines[(index + 1)..<end].filter { !isComment($0) }))
    try out.append(.listItem, level: level, text)
    return end
  }

  private func isComment(_ line: MarkupLine) -> Bool {
    line.starts(with: "//", in: bytes) && !line.starts(with: "///", in: bytes)
  }

  /// Depth of a list with this mark: that of an open one, or one more.
  private func listLevel(_ mark: String) -> Int {
    if let known = listMarks.firstIndex(of: mark) {
      listMarks.removeLast(listMarks.count - known - 1)
    } else {
      listMarks.append(mark)
    }
    return listMarks.count
  }

  private func itemMark(_ line: MarkupLine) -> (mark: String, width: Int)? {
    let byte = bytes[line.text]
    var position = line.text
    switch byte {
    case 0x2A, 0x2E, 0x2D:
      while position < line.end, bytes[position] == byte, position - line.text < (byte == 0x2D ? 1 : 6) {
        position += 1
      }
      guard position < line.end, ASCII.isSpaceOrTab(bytes[position]) else { return nil }
      return (TextScan.string(line.text..<position, in: bytes), position - line.text)
    case 0x3C:
      guard let close = bytes[line.content].prefix(6).firstIndex(of: 0x3E), close > line.text + 1,
        bytes[(line.text + 1)..<close].allSatisfy({ ASCII.isDigit($0) || $0 == 0x2E }), close + 1 < line.end,
        ASCII.isBlank(bytes[close + 1])
      else { return nil }
      return ("<1>", close + 1 - line.text)
    default:
      while position < line.end, position - line.text < 4, ASCII.isDigit(bytes[position]) { position += 1 }
      if position == line.text, ASCII.isLetter(byte) { position += 1 }
      guard position > line.text, position + 1 < line.end, bytes[position] == 0x2E,
        ASCII.isSpaceOrTab(bytes[position + 1])
      else { return nil }
      return (ASCII.isDigit(byte) ? "1." : "a.", position + 1 - line.text)
    }
  }

  /// `term:: text`, with `:::`, `::::` and `;;` for lists inside lists.
  private func term(_ line: MarkupLine) -> (term: Range<Int>, mark: String, rest: MarkupLine)? {
    var position = line.text + 1
    while position + 1 < line.end {
      let byte = bytes[position]
      if byte == 0x3A || byte == 0x3B, bytes[position + 1] == byte {
        var end = position
        while end < line.end, bytes[end] == byte { end += 1 }
        if end - position <= (byte == 0x3A ? 4 : 2), end == line.end || ASCII.isBlank(bytes[end]) {
          let term = TextScan.trimmed(line.text..<position, in: bytes)
          guard !term.isEmpty else { return nil }
          return (
            term, TextScan.string(position..<end, in: bytes), line.rest(after: end - line.text, in: bytes)
          )
        }
        position = end
      } else {
        position += 1
      }
    }
    return nil
  }

  /// Whether the line at `index` begins something that no paragraph runs into.
  private func startsBlock(_ lines: Lines, at index: Int) -> Bool {
    let line = lines[index]
    guard !line.isBlank else { return true }
    if line.content.count == 1, bytes[line.text] == 0x2B { return true }
    if let (mark, count) = line.repeated(in: bytes),
      count >= 4 && [0x2D, 0x2E, 0x3D, 0x2A, 0x5F, 0x2B, 0x2F].contains(mark) || mark == 0x2D && count == 2
    {
      return true
    }
    for word: StaticString in [
      "|===", "```", "include::", "ifdef::", "ifndef::", "endif::", "ifeval::", "image::",
    ]
    where line.starts(with: word, in: bytes) {
      return true
    }
    if bytes[line.text] == 0x5B, bytes[line.end - 1] == 0x5D, line.indent == 0 { return true }
    return itemMark(line) != nil || term(line) != nil
  }

  /// End of the lines that go on with an item's text.
  private func textEnd(_ lines: Lines, from index: Int) -> Int {
    var end = index
    while end < lines.endIndex, !startsBlock(lines, at: end) { end += 1 }
    return end
  }

  // MARK: Paragraphs

  private func blockMacro(_ line: MarkupLine) throws(DocumentError) -> Bool {
    guard line.indent == 0, bytes[line.end - 1] == 0x5D else { return false }
    var position = line.text
    while position < line.end, ASCII.isAlphanumeric(bytes[position]) { position += 1 }
    guard position > line.text, line.end - position > 3, bytes[position] == 0x3A, bytes[position + 1] == 0x3A,
      let open = bytes[position..<line.end].firstIndex(of: 0x5B),
      !bytes[position..<open].contains(where: ASCII.isBlank)
    else { return false }
    let name = TextScan.string(line.text..<position, in: bytes)
    var alt = SourcedText(copying: (open + 1)..<(line.end - 1), of: bytes)
    if let comma = alt.bytes.firstIndex(of: 0x2C) { alt = alt.slice(0..<comma) }
    if let equals = alt.bytes.firstIndex(of: 0x3D) { alt = alt.slice(0..<min(equals, 0)) }
    try writeTitle()
    style = BlockStyle()
    if name == "toc" { return true }
    if alt.isBlank {
      out.leaveOut(
        "\(name == "image" ? "an image" : "the macro '\(name)'") without a text", line: line.number)
    } else {
      try paragraph(inline(alt))
    }
    return true
  }

  private func paragraph(_ lines: Lines, at index: Int, isQuote: Bool) throws(DocumentError) -> Int {
    var end = index + 1
    while end < lines.endIndex, !lines[end].isBlank, !interrupts(lines, at: end) { end += 1 }
    let content = lines[index..<end].filter { !isComment($0) }
    let name = style.name.lowercased()
    if name == "source" || name == "listing" || name == "literal"
      || lines[index].indent > 0 && pending == nil && name != "normal"
    {
      try code(lines[index..<end])
      return end
    }
    if name == "comment" {
      style = BlockStyle()
      return end
    }
    try writeTitle()
    let isAdmonition = style.isAdmonition
    style = BlockStyle()
    if isAdmonition {
      try flush()
      pending = (SourcedText(writing: admonition(name), at: lines[index].text), .paragraph, 0)
    }
    if lines[index].indent == 0, pending?.kind != .listItem, index > lines.startIndex,
      lines[index - 1].isBlank
    {
      listMarks = []
    }
    try paragraph(inline(content), as: isQuote || name == "quote" || name == "verse" ? .quote : .paragraph)
    return end
  }

  /// Whether a line ends the paragraph above it.
  private func interrupts(_ lines: Lines, at index: Int) -> Bool {
    let line = lines[index]
    if let (mark, count) = line.repeated(in: bytes), count >= 4,
      [0x2D, 0x2E, 0x3D, 0x2A, 0x5F, 0x2B, 0x2F].contains(mark)
    {
      return true
    }
    if line.content.count == 1, bytes[line.text] == 0x2B { return true }
    for word: StaticString in ["|===", "include::", "ifdef::", "ifndef::", "endif::", "ifeval::"]
    where line.starts(with: word, in: bytes) {
      return true
    }
    return line.indent == 0 && bytes[line.text] == 0x5B && bytes[line.end - 1] == 0x5D
      && line.content.count > 2
  }

  // MARK: Tables

  private func table(_ lines: Lines, at index: Int) throws(DocumentError) -> Int {
    let end = closing(lines, at: index)
    let inner = lines[(index + 1)..<max(index + 1, end)]
    let separator = bytes[lines[index].text]
    var table = AsciiDocTable(inner, of: bytes, options: style.options, separator: separator, inline: inline)
      .table
    table.caption = style.title
    style = BlockStyle()
    try flush()
    try out.append(table)
    return min(end + 1, lines.endIndex)
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  fileprivate var trimmingBlanks: String {
    let text = Array(utf8)
    return TextScan.string(TextScan.trimmed(0..<text.count, in: text), in: text)
  }
}
