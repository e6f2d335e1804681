/// Paragraphs, tables and stories as they end.
extension RTFDocument {
  mutating func endParagraph() throws(DocumentError) {
    guard stories.count == 1 else {
      stories[stories.count - 1].endParagraph()
      return
    }
    if table.takes(isInTable: state.paragraph.isInTable) {
      table.endParagraph(labelled())
      return
    }
    try endTable()
    try endBodyParagraph()
  }

  private mutating func endBodyParagraph() throws(DocumentError) {
    let label = stories[0].label.takeOneLine()
    let text = stories[0].line.take()
    stories[0].hasPageNumber = false
    if !text.isEmpty { try append(text, label) }
    try appendAfter()
  }

  private mutating func append(_ text: [UInt8], _ label: [UInt8]) throws(DocumentError) {
    var meaning = styles.meaning(of: state.paragraph.style)
    if case .code = meaning {} else { try flushCode() }
    if let level = state.paragraph.outlineLevel {
      if (0..<9).contains(level) {
        meaning = .heading(level + 1)
      } else if case .heading = meaning {
        meaning = .plain
      }
    }
    let isBullet = Self.isBullet(label)
    let mark = label.isEmpty ? [] : isBullet ? Array("- ".utf8) : label + [0x20]
    let oneLine = text.map { $0 == 0x0A ? 0x20 : $0 }
    switch meaning {
    case .contents: omissions.tablesOfContents += 1
    case .heading(let level):
      try assembler.append(.heading, level: max(1, min(level, 6)), (isBullet ? [] : mark) + oneLine)
    case .title:
      try assembler.append(.heading, level: 1, oneLine)
      setTitle(String(decoding: oneLine, as: UTF8.self))
    case .quote: try assembler.append(.quote, mark + text)
    case .code: codeLines.append(text)
    case .plain:
      let isItem = !label.isEmpty || (state.paragraph.list ?? 0) > 0
      if isItem {
        let shown = label.isEmpty ? Array("- ".utf8) : mark
        try assembler.append(.listItem, level: state.paragraph.listLevel + 1, shown + text)
      } else {
        try assembler.append(.paragraph, text)
      }
    }
  }

  /// Whether the label of a list's item is a sign and no number; Word takes the letter o of Courier for a circle.
  private static func isBullet(_ label: [UInt8]) -> Bool {
    !label.isEmpty && (!label.contains { ASCII.isAlphanumeric($0) } || label == [0x6F])
  }

  private mutating func flushCode() throws(DocumentError) {
    guard !codeLines.isEmpty else { return }
    try assembler.append(.code, Array(codeLines.joined(separator: [0x0A])))
    codeLines = []
  }

  /// Notes and boxes behind the block that they are called in.
  private mutating func appendAfter() throws(DocumentError) {
    let texts = after
    after = []
    if !texts.isEmpty { try flushCode() }
    for text in texts { try assembler.append(.paragraph, text) }
  }

  // MARK: Tables

  /// The text of a paragraph in a cell, with its number.
  private mutating func labelled() -> [UInt8] {
    let label = stories[0].label.takeOneLine()
    let text = stories[0].line.takeOneLine()
    let isBullet = Self.isBullet(label)
    if label.isEmpty || text.isEmpty { return text.isEmpty && !isBullet ? label : text }
    return (isBullet ? [0x2D] : label) + [0x20] + text
  }

  mutating func endCell() throws(DocumentError) {
    guard stories.count == 1 else {
      stories[stories.count - 1].endParagraph()
      return
    }
    table.endCell(labelled())
  }

  mutating func endNestedCell() {
    guard stories.count == 1 else {
      stories[stories.count - 1].endParagraph()
      return
    }
    table.endNestedCell(labelled())
  }

  mutating func endRow() {
    if stories.count == 1 { table.endRow() }
  }

  private mutating func endTable() throws(DocumentError) {
    guard !table.isEmpty || table.isInRow else { return }
    try flushCode()
    let (grid, paragraphs) = table.take()
    if let grid {
      if grid.rows.contains(where: { $0.cells.count > 1 }) {
        try assembler.append(grid, as: .rows)
      } else {
        // One column is a frame around text.
        for row in grid.rows { for cell in row.cells { try assembler.append(.paragraph, cell.text) } }
      }
    }
    for paragraph in paragraphs { try assembler.append(.paragraph, paragraph) }
    if grid != nil { try appendAfter() }
  }

  // MARK: Stories

  /// The note that is open is one at the document's end.
  mutating func endnote() {
    guard let last = stories.indices.last, case .note = stories[last].kind else { return }
    stories[last].kind = .note(mark: "e")
  }

  mutating func endStory() throws(DocumentError) {
    guard stories.count > 1, var story = stories.popLast() else { return }
    switch story.kind {
    case .body: break
    case .note(let kind):
      let text = story.flat()
      guard !text.isEmpty else { return }
      if kind == "e" { endnoteCount += 1 } else { noteCount += 1 }
      let mark = kind == "e" ? "e\(endnoteCount)" : "\(noteCount)"
      stories[stories.count - 1].line.append("[^\(mark)]")
      after.append(Array("[^\(mark)]: ".utf8) + text)
    case .comment(let author):
      let text = story.flat()
      let by = author.map { " by \($0)" } ?? ""
      if !text.isEmpty { after.append(Array("Comment\(by): ".utf8) + text) }
    case .box:
      story.endParagraph()
      after += story.lines.map(\.text).filter { !$0.isEmpty }
    case .header(let label):
      story.endParagraph()
      headers.append((label, story.lines))
    }
  }

  // MARK: End

  /// Ends what is open and appends headers, footers and notes about what was left out.
  mutating func finish() throws(DocumentError) {
    while stories.count > 1 { try endStory() }
    if table.takes(isInTable: state.paragraph.isInTable) { table.endParagraph(labelled()) }
    try endTable()
    try endBodyParagraph()
    try flushCode()
    var seen: [[UInt8]] = []
    for (label, lines) in headers {
      let text = Array(HeaderFooterText.lines(lines).joined(separator: [0x0A]))
      guard !text.isEmpty, !seen.contains(text) else { continue }
      seen.append(text)
      try assembler.append(.paragraph, Array("\(label): ".utf8) + text)
    }
    assembler.notes += omissions.notes
    setTitle(information["title"].flatMap { TextAssembler.oneLine(String(decoding: $0, as: UTF8.self)) })
  }

  /// What the file says about itself.
  var metadata: [String: MetadataValue] {
    var metadata: [String: MetadataValue] = [:]
    func value(_ name: String) -> String? {
      information[name].flatMap { TextAssembler.oneLine(String(decoding: $0, as: UTF8.self)) }
    }
    for (name, key) in [
      ("author", "author"), ("subject", "subject"), ("doccomm", "description"), ("date", "date"),
      ("modified", "modified"),
    ] {
      if let text = value(name) { metadata[key] = .string(text) }
    }
    if let words = value("keywords") {
      let list = words.split { $0 == "," || $0 == ";" }.compactMap { TextAssembler.oneLine(String($0)) }
      if !list.isEmpty { metadata["keywords"] = .list(list) }
    }
    return metadata
  }
}
