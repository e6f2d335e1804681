/// Reads Jupyter notebooks: cells in order, as Markdown, code, and the text of their outputs.
///
/// Of an output in several forms the most telling text is taken: a table in HTML, else plain text. Images, widgets and
/// scripts are noted; their data is not in the text. Headings of Markdown cells are the document's.
///
/// - Source: nbformat 5.10, "The Jupyter Notebook Format", versions 3 and 4.
package struct NotebookReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws; `.malformed` where the file is no notebook; `.empty`; `.tooLarge`.
  /// - Complexity: O(bytes).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    let out = MarkupText(limits: limits)
    var cells = NotebookCells(decoded.bytes, limits: limits)
    try cells.read()
    for cell in cells.cells { try append(cell, to: out, limits: limits) }
    out.metadata = cells.metadata
    out.title = cells.title
    return try out.finish(format: .notebook, source: decoded.sourceMap, notes: decoded.notes)
  }

  private func append(_ cell: NotebookCells.Cell, to out: MarkupText, limits: ReadingLimits)
    throws(DocumentError)
  {
    switch cell.kind {
    case "markdown":
      var scanner = MarkdownBlocks(bytes: cell.source.bytes, start: 0)
      scanner.scan()
      try out.append(scanner.blocks.map { Self.plain($0, in: cell.source) }, of: cell.source)
    case "heading":
      try out.append(.heading, level: max(1, min(6, cell.level)), cell.source)
    case "raw": try out.append(.paragraph, cell.source)
    default: try out.append(.code, cell.source)
    }
    for output in cell.outputs { try append(output, to: out, limits: limits) }
  }

  /// A heading without its marks: they say its level, which the block has.
  private static func plain(_ block: Block, in source: SourcedText) -> Block {
    guard block.kind == .heading else { return block }
    var range = block.range
    while range.count > 1, source.bytes[range.lowerBound] == 0x23 {
      range = (range.lowerBound + 1)..<range.upperBound
    }
    range = TextScan.trimmed(range, in: source.bytes)
    if let feed = source.bytes[range].lastIndex(of: 0x0A) {
      let under = TextScan.trimmed(feed..<range.upperBound, in: source.bytes)
      if source.bytes[under].allSatisfy({ $0 == 0x3D || $0 == 0x2D }) {
        range = TextScan.trimmed(range.lowerBound..<feed, in: source.bytes)
      }
    }
    return range.isEmpty ? block : Block(kind: .heading, range: range, level: block.level)
  }

  private func append(_ output: NotebookCells.Output, to out: MarkupText, limits: ReadingLimits)
    throws(DocumentError)
  {
    if let html = output.html, let document = Self.table(html, limits: limits) {
      return try out.append(document, at: html.sourceStart)
    }
    for type in output.leftOut { out.leaveOut("an output of type \(type)", line: output.line) }
    var text = output.text ?? output.markdown
    // A picture's plain text is the name of its class.
    if let plain = output.text,
      output.leftOut.contains(where: { $0.hasPrefix("image/") || $0.contains("javascript") }),
      plain.trimmed.bytes.first == 0x3C, plain.trimmed.bytes.last == 0x3E
    {
      text = output.markdown
    }
    guard let text else {
      if let html = output.html, output.leftOut.isEmpty, let document = Self.document(html, limits: limits) {
        try out.append(document, at: html.sourceStart)
      }
      return
    }
    // What a program prints may hold a terminal's codes.
    let shown =
      TerminalCodes.areIn(text.bytes) || text.bytes.contains(0x0D) ? TerminalCodes(text.bytes).text : nil
    try out.append(.code, shown.map { text.mapped(by: $0) } ?? text)
  }

  private static func table(_ html: SourcedText, limits: ReadingLimits) -> ParsedDocument? {
    let lower = html.bytes.map(ASCII.lowercased)
    guard lower.indices.contains(where: { lower[$0] == 0x3C && TextScan.has("<table", in: lower, at: $0) })
    else {
      return nil
    }
    return document(html, limits: limits)
  }

  private static func document(_ html: SourcedText, limits: ReadingLimits) -> ParsedDocument? {
    try? HTMLReader().read(SourceFile(name: "output.html", bytes: html.bytes), limits: limits)
  }
}

extension SourcedText {
  /// The text that `other` makes of this one, with this one's source.
  fileprivate func mapped(by other: SourcedText) -> SourcedText {
    var result = SourcedText()
    for (index, run) in other.runs.enumerated() {
      let end = index + 1 < other.runs.count ? other.runs[index + 1].text : other.count
      guard run.textUnit == 1, run.sourceUnit == 1, run.source + end - run.text <= count else {
        result.write(other.bytes[run.text..<end], at: sourceOffset(min(run.source, max(0, count - 1))))
        continue
      }
      let part = slice(run.source..<(run.source + end - run.text))
      let shown = other.bytes[run.text..<end]
      // A carriage return may have become a line feed.
      result.append(part, as: shown)
    }
    return result
  }
}
