/// Finds the blocks of reStructuredText.
final class RSTParser {
  typealias Lines = ArraySlice<MarkupLine>

  let bytes: [UInt8]
  let out: MarkupText
  private let nesting: Int
  private(set) var substitutions: [String: [UInt8]] = [:]
  /// Styles of titles in the order of their first: the mark, and whether there is a line above.
  private var styles: [[UInt8]] = []
  /// What stands in front of the next paragraph: a list item's mark, a term, an admonition's name.
  private var pending: (prefix: SourcedText, kind: Block.Kind, level: Int)?
  private var hasFieldsOfDocument = false

  init(_ bytes: [UInt8], out: MarkupText, nesting: Int) {
    self.bytes = bytes
    self.out = out
    self.nesting = nesting
  }

  func parse() throws(DocumentError) {
    let lines = MarkupLine.all(of: bytes)
    findSubstitutions(lines)
    try parse(lines[...], indent: 0, level: 0, depth: 0, isTop: true)
  }

  // MARK: Emitting

  func inline(_ lines: Lines) -> SourcedText { inline(SourcedText(joining: lines, of: bytes)) }

  func inline(_ raw: SourcedText) -> SourcedText { RSTInline.text(raw, substitutions: substitutions) }

  func paragraph(_ text: SourcedText) throws(DocumentError) {
    guard let pending else { return try out.append(.paragraph, text) }
    self.pending = nil
    var content = pending.prefix
    content.append(text)
    try out.append(pending.kind, level: pending.level, content)
  }

  /// Writes a prefix that no paragraph follows.
  func flush() throws(DocumentError) {
    guard let pending else { return }
    self.pending = nil
    guard pending.prefix.bytes.contains(where: { ASCII.isAlphanumeric($0) || $0 >= 0x80 }) else { return }
    try out.append(pending.kind, level: pending.level, pending.prefix)
  }

  func prepend(_ prefix: SourcedText, as kind: Block.Kind, level: Int = 0) throws(DocumentError) {
    try flush()
    pending = (prefix, kind, level)
  }

  // MARK: Blocks

  /// - Parameters:
  ///   - indent: column of the blocks; what is further right is a block quote.
  ///   - level: depth of the list around.
  func parse(_ lines: Lines, indent: Int, level: Int, depth: Int, isTop: Bool = false) throws(DocumentError) {
    var index = lines.startIndex
    while index < lines.endIndex {
      let line = lines[index]
      if line.isBlank {
        index += 1
        continue
      }
      if line.indent > indent {
        let end = blockEnd(lines, from: index, indent: indent)
        let inner = lines[index..<end].filter { !$0.isBlank }.map(\.indent).min() ?? line.indent
        if depth < nesting {
          try parse(lines[index..<end], indent: inner, level: level, depth: depth + 1)
        } else {
          try paragraph(inline(lines[index..<end].filter { !$0.isBlank }[...]))
        }
        index = end
        continue
      }
      index = try block(lines, at: index, indent: indent, level: level, depth: depth, isTop: isTop)
    }
    try flush()
  }

  /// End of the lines from `index` on that are further right than `indent`, and blank ones between them.
  func blockEnd(_ lines: Lines, from index: Int, indent: Int) -> Int {
    var end = index
    var last = index
    while end < lines.endIndex, lines[end].isBlank || lines[end].indent > indent {
      end += 1
      if !lines[end - 1].isBlank { last = end }
    }
    return last
  }

  private func block(
    _ lines: Lines, at index: Int, indent: Int, level: Int, depth: Int, isTop: Bool
  ) throws(DocumentError) -> Int {
    let line = lines[index]
    if line.starts(with: "..", in: bytes), line.content.count == 2 || ASCII.isBlank(bytes[line.text + 2]) {
      return try explicit(lines, at: index, indent: indent, level: level, depth: depth)
    }
    if line.starts(with: "__ ", in: bytes) { return blockEnd(lines, from: index + 1, indent: indent) }
    if let end = try title(lines, at: index, isTop: isTop) { return end }
    if let end = try table(lines, at: index) {
      return end
    }
    if line.starts(with: ">>>", in: bytes) {
      var end = index
      while end < lines.endIndex, !lines[end].isBlank { end += 1 }
      try flush()
      try out.append(.code, SourcedText(joining: lines[index..<end], of: bytes, indent: indent))
      return end
    }
    if line.starts(with: "|", in: bytes), line.content.count == 1 || ASCII.isBlank(bytes[line.text + 1]) {
      return try lineBlock(lines, at: index, indent: indent)
    }
    if let end = try listItem(lines, at: index, indent: indent, level: level, depth: depth) { return end }
    if let end = try field(lines, at: index, indent: indent, level: level, depth: depth, isTop: isTop) {
      return end
    }
    if let end = try option(lines, at: index, indent: indent, level: level, depth: depth) { return end }
    if index + 1 < lines.endIndex, !lines[index + 1].isBlank, lines[index + 1].indent > indent,
      depth < nesting,
      !line.content.isEmpty, !endsWithColons(line)
    {
      return try definition(lines, at: index, indent: indent, level: level, depth: depth)
    }
    return try text(lines, at: index, indent: indent)
  }

  private func endsWithColons(_ line: MarkupLine) -> Bool {
    line.content.count >= 2 && bytes[line.end - 1] == 0x3A && bytes[line.end - 2] == 0x3A
  }

  // MARK: Paragraphs and code

  private func text(_ lines: Lines, at index: Int, indent: Int) throws(DocumentError) -> Int {
    var end = index
    while end < lines.endIndex, !lines[end].isBlank, lines[end].indent == indent || end == index {
      end += 1
    }
    guard endsWithColons(lines[end - 1]) else {
      try paragraph(inline(lines[index..<end]))
      return end
    }
    // Two colons stand for one, or for none behind a blank or alone.
    var content = Array(lines[index..<end])
    let last = content.count - 1
    let isAlone = content[last].content.count == 2
    let isAfterBlank = !isAlone && ASCII.isBlank(bytes[content[last].end - 3])
    content[last].end -= isAlone || isAfterBlank ? 2 : 1
    while content[last].end > content[last].text, ASCII.isBlank(bytes[content[last].end - 1]) {
      content[last].end -= 1
    }
    let kept = content.filter { !$0.isBlank }
    if kept.isEmpty { try flush() } else { try paragraph(inline(kept[...])) }
    var start = end
    while start < lines.endIndex, lines[start].isBlank { start += 1 }
    guard start < lines.endIndex else { return start }
    var codeEnd = blockEnd(lines, from: start, indent: indent)
    if codeEnd == start, lines[start].indent == indent {
      // A quoted literal block: each line begins with the same sign.
      let mark = bytes[lines[start].text]
      if !ASCII.isAlphanumeric(mark), mark < 0x80 {
        while codeEnd < lines.endIndex, !lines[codeEnd].isBlank, bytes[lines[codeEnd].text] == mark {
          codeEnd += 1
        }
      }
    }
    try code(lines[start..<codeEnd])
    return codeEnd
  }

  /// Lines of code, without the indent that they share.
  func code(_ lines: Lines) throws(DocumentError) {
    guard let indent = lines.filter({ !$0.isBlank }).map(\.indent).min() else { return }
    try flush()
    try out.append(.code, SourcedText(joining: lines, of: bytes, indent: indent))
  }

  private func lineBlock(_ lines: Lines, at index: Int, indent: Int) throws(DocumentError) -> Int {
    var end = index
    var content: [MarkupLine] = []
    while end < lines.endIndex, !lines[end].isBlank {
      if lines[end].indent == indent {
        guard bytes[lines[end].text] == 0x7C else { break }
        content.append(lines[end].rest(after: 1, in: bytes))
      } else {
        content.append(lines[end])
      }
      end += 1
    }
    try paragraph(inline(content[...]))
    return end
  }

  // MARK: Titles

  /// The signs that may underline a title.
  private func isAdornment(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && !ASCII.isAlphanumeric(byte)
  }

  private func title(_ lines: Lines, at index: Int, isTop: Bool) throws(DocumentError) -> Int? {
    let line = lines[index]
    let below = index + 1 < lines.endIndex ? lines[index + 1] : nil
    if let (mark, count) = line.repeated(in: bytes), isAdornment(mark), count >= 2 {
      if isTop, let text = below, !text.isBlank, index + 2 < lines.endIndex,
        let (under, underCount) = lines[index + 2].repeated(in: bytes), under == mark,
        count >= 4 || count >= text.content.count, underCount >= min(4, count), lines[index + 2].indent == 0
      {
        try heading(text, style: [mark, mark])
        return index + 3
      }
      // A rule between paragraphs.
      if count >= 4, below?.isBlank ?? true {
        try flush()
        return index + 1
      }
    }
    guard isTop, let below, below.indent == 0, let (mark, count) = below.repeated(in: bytes),
      isAdornment(mark)
    else {
      return nil
    }
    let width = bytes[line.content].count { !ASCII.isContinuation($0) }
    guard count >= 4 || count >= width, count * 3 >= width, line.indent == 0 else { return nil }
    try heading(line, style: [mark])
    return index + 2
  }

  private func heading(_ line: MarkupLine, style: [UInt8]) throws(DocumentError) {
    try flush()
    if !styles.contains(style) { styles.append(style) }
    let level = min(6, (styles.firstIndex(of: style) ?? 0) + 1)
    try out.append(.heading, level: level, inline([line]))
  }

  // MARK: Lists

  private func listItem(
    _ lines: Lines, at index: Int, indent: Int, level: Int, depth: Int
  ) throws(DocumentError) -> Int? {
    let line = lines[index]
    guard let width = bulletWidth(line) ?? enumeratorWidth(lines, at: index) else { return nil }
    let rest = line.rest(after: width, in: bytes)
    let end = blockEnd(lines, from: index + 1, indent: indent)
    var body = [rest] + lines[(index + 1)..<max(index + 1, end)]
    // The body's column is that of its first text.
    let column = rest.isBlank ? body.first { !$0.isBlank }?.indent ?? indent + 2 : rest.indent
    if rest.isBlank { body.removeFirst() }
    var prefix = SourcedText(copying: line.text..<(line.text + width), of: bytes)
    prefix.write(" ", at: line.text + width)
    try prepend(prefix, as: .listItem, level: level + 1)
    guard depth < nesting else {
      try paragraph(inline(body.filter { !$0.isBlank }[...]))
      return end
    }
    try parse(body[...], indent: column, level: level + 1, depth: depth + 1)
    return max(end, index + 1)
  }

  private func bulletWidth(_ line: MarkupLine) -> Int? {
    let byte = bytes[line.text]
    var width = 1
    if byte == 0xE2 {
      guard
        line.starts(with: "•", in: bytes) || line.starts(with: "‣", in: bytes)
          || line.starts(with: "⁃", in: bytes)
      else { return nil }
      width = 3
    } else if byte != 0x2A, byte != 0x2B, byte != 0x2D {
      return nil
    }
    guard line.content.count == width || ASCII.isSpaceOrTab(bytes[line.text + width]) else { return nil }
    return width
  }

  /// Width of `1.`, `(a)`, `iv)`, `#.`; the next line must go on with the item, be blank or another item.
  private func enumeratorWidth(_ lines: Lines, at index: Int) -> Int? {
    guard let width = enumeratorWidth(lines[index]) else { return nil }
    // `A. Berg` is a name where no `B.` follows.
    if width == 2, ASCII.isUpper(bytes[lines[index].text]), !hasSuccessor(lines, at: index) { return nil }
    guard index + 1 < lines.endIndex, !lines[index + 1].isBlank else { return width }
    let below = lines[index + 1]
    return below.indent > lines[index].indent || enumeratorWidth(below) != nil ? width : nil
  }

  /// Whether an item with the next letter follows at the same column.
  private func hasSuccessor(_ lines: Lines, at index: Int) -> Bool {
    let letter = bytes[lines[index].text]
    for line in lines[(index + 1)...].prefix(200) where !line.isBlank {
      if line.indent < lines[index].indent { return false }
      if line.indent == lines[index].indent {
        return line.content.count > 2 && bytes[line.text + 1] == bytes[lines[index].text + 1]
          && (bytes[line.text] == letter &+ 1 || bytes[line.text] == 0x23)
          || letter > 0x41 && bytes[line.text] == letter
      }
    }
    // The last of a list has a predecessor.
    return lines[..<index].suffix(200).contains { line in
      line.indent == lines[index].indent && line.content.count > 2 && bytes[line.text] == letter &- 1
        && bytes[line.text + 1] == bytes[lines[index].text + 1]
    }
  }

  private func enumeratorWidth(_ line: MarkupLine) -> Int? {
    var position = line.text
    let isOpen = bytes[position] == 0x28
    if isOpen { position += 1 }
    let start = position
    while position < line.end, position - start < 6,
      ASCII.isAlphanumeric(bytes[position]) || bytes[position] == 0x23
    {
      position += 1
    }
    let label = bytes[start..<position]
    guard position < line.end, !label.isEmpty, bytes[position] == 0x29 || !isOpen && bytes[position] == 0x2E
    else {
      return nil
    }
    let isRoman = label.allSatisfy { [0x69, 0x76, 0x78, 0x6C, 0x63].contains(ASCII.lowercased($0)) }
    guard label.allSatisfy(ASCII.isDigit) || label.count == 1 || isRoman else { return nil }
    position += 1
    guard position == line.end || ASCII.isSpaceOrTab(bytes[position]) else { return nil }
    return position - line.text
  }

  private func definition(
    _ lines: Lines, at index: Int, indent: Int, level: Int, depth: Int
  ) throws(DocumentError) -> Int {
    let end = blockEnd(lines, from: index + 1, indent: indent)
    var prefix = inline(lines[index...index])
    prefix.write("\n", at: lines[index].end)
    try prepend(prefix, as: .listItem, level: level + 1)
    let column = lines[(index + 1)..<end].filter { !$0.isBlank }.map(\.indent).min() ?? indent + 1
    try parse(lines[(index + 1)..<end], indent: column, level: level + 1, depth: depth + 1)
    return end
  }

  private func field(
    _ lines: Lines, at index: Int, indent: Int, level: Int, depth: Int, isTop: Bool
  ) throws(DocumentError) -> Int? {
    let line = lines[index]
    guard let name = fieldName(line) else { return nil }
    let end = max(index + 1, blockEnd(lines, from: index + 1, indent: indent))
    let rest = line.rest(after: name.upperBound + 1 - line.text, in: bytes)
    let key = TextScan.string(name, in: bytes)
    let body = [rest] + lines[(index + 1)..<end]
    if isTop {
      // Fields that steer Sphinx say nothing to a reader.
      if ["orphan", "tocdepth", "nosearch", "nocomments"].contains(key.lowercased()) { return end }
      let value = TextScan.singleLine(inline(body.filter { !$0.isBlank }[...]).bytes, limit: 1000)
      if out.metadata[key.lowercased()] == nil, !value.isEmpty, !key.contains(" ") {
        out.metadata[key.lowercased()] = .string(value)
      }
    }
    var prefix = inline(SourcedText(copying: name, of: bytes))
    prefix.write(": ", at: name.upperBound)
    try prepend(prefix, as: .listItem, level: level + 1)
    guard depth < nesting else { return end }
    let column = rest.isBlank ? body.first { !$0.isBlank }?.indent ?? indent + 1 : rest.indent
    // What follows the first line may stand further left than it.
    let shifted = body.map { line in
      var line = line
      if !line.isBlank, !rest.isBlank, line.number != rest.number {
        line.indent = max(column, line.indent)
      }
      return line
    }
    let inner = rest.isBlank ? body : shifted
    try parse(inner[...], indent: column, level: level + 1, depth: depth + 1)
    return end
  }

  /// The name of a field `:name: value`, without its colons.
  func fieldName(_ line: MarkupLine) -> Range<Int>? {
    guard line.content.count > 2, bytes[line.text] == 0x3A, bytes[line.text + 1] != 0x3A,
      !ASCII.isBlank(bytes[line.text + 1])
    else { return nil }
    var position = line.text + 1
    while position < line.end, position - line.text < 100 {
      if bytes[position] == 0x60 { return nil }
      if bytes[position] == 0x3A, position + 1 == line.end || ASCII.isBlank(bytes[position + 1]) {
        return (line.text + 1)..<position
      }
      position += 1
    }
    return nil
  }

  /// An option of a command, with what it does behind two blanks or below.
  private func option(
    _ lines: Lines, at index: Int, indent: Int, level: Int, depth: Int
  ) throws(DocumentError) -> Int? {
    let line = lines[index]
    guard bytes[line.text] == 0x2D, line.content.count > 1,
      ASCII.isAlphanumeric(bytes[line.text + 1]) || bytes[line.text + 1] == 0x2D && line.content.count > 2
    else { return nil }
    var gap = line.text
    while gap + 1 < line.end, !(bytes[gap] == 0x20 && bytes[gap + 1] == 0x20) { gap += 1 }
    let isWhole = gap + 1 >= line.end
    guard
      !isWhole || index + 1 < lines.endIndex && !lines[index + 1].isBlank && lines[index + 1].indent > indent
    else { return nil }
    let end = max(index + 1, blockEnd(lines, from: index + 1, indent: indent))
    var prefix = SourcedText(copying: line.text..<(isWhole ? line.end : gap), of: bytes)
    prefix.write(isWhole ? "\n" : "  ", at: isWhole ? line.end : gap)
    try prepend(prefix, as: .listItem, level: level + 1)
    var body = Array(lines[(index + 1)..<end])
    if !isWhole {
      let rest = line.rest(after: gap - line.text, in: bytes)
      body.insert(rest, at: 0)
    }
    let column = body.filter { !$0.isBlank }.map(\.indent).min() ?? indent + 1
    for place in body.indices where !body[place].isBlank {
      body[place].indent = max(column, body[place].indent)
    }
    if !isWhole { body[0].indent = column }
    guard depth < nesting else { return end }
    try parse(body[...], indent: column, level: level + 1, depth: depth + 1)
    return end
  }

  // MARK: Substitutions

  private func findSubstitutions(_ lines: [MarkupLine]) {
    for (index, line) in lines.enumerated() where line.starts(with: ".. |", in: bytes) {
      let nameStart = line.text + 4
      guard let bar = bytes[nameStart..<line.end].firstIndex(of: 0x7C), bar > nameStart else { continue }
      let rest = MarkupLine((bar + 1)..<line.end, in: bytes, column: 0, number: line.number)
      let name = TextScan.string(nameStart..<bar, in: bytes).lowercased()
      let body = lines[(index + 1)..<blockEnd(lines[...], from: index + 1, indent: line.indent)]
      if rest.starts(with: "replace::", in: bytes) {
        let first = rest.rest(after: 9, in: bytes)
        substitutions[name] = inline(([first] + body).filter { !$0.isBlank }[...]).bytes
      } else if rest.starts(with: "unicode::", in: bytes) {
        substitutions[name] = Self.characters(rest.rest(after: 9, in: bytes).string(in: bytes))
      } else if let alt = body.first(where: { $0.starts(with: ":alt:", in: bytes) }) {
        substitutions[name] = Array(bytes[alt.rest(after: 5, in: bytes).content])
      }
    }
  }

  /// `0xA9 |copy| U+2014 text` as characters.
  private static func characters(_ codes: String) -> [UInt8] {
    var text = ""
    for word in codes.split(separator: " ") {
      if word == ".." { break }
      let digits = word.lowercased()
      let hex = ["0x", "u+", "x", "\\x"].first { digits.hasPrefix($0) }.map { digits.dropFirst($0.count) }
      if let value = hex.flatMap({ UInt32($0, radix: 16) }), let scalar = Unicode.Scalar(value), value > 0x1F
      {
        text.unicodeScalars.append(scalar)
      } else {
        text += word
      }
    }
    return Array(text.utf8)
  }
}
