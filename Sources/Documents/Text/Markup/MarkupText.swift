/// Builds the text of a document in a markup language: blocks whose text is the source's without its marks.
///
/// All that stands in the text is a copy of the source or noted as written by the reader (`SourcedText`), so that
/// quotes have their bytes in the file.
final class MarkupText {
  private var text = SourcedText()
  private var blocks: [Block] = []
  private let limits: ReadingLimits
  var notes: [ReadingNote] = []
  var metadata: [String: MetadataValue] = [:]
  var title: String?
  /// Things left out, by what they are, in the order of the first of each.
  private var leftOut: [(what: String, count: Int, line: Int)] = []

  init(limits: ReadingLimits) {
    self.limits = limits
  }

  var isEmpty: Bool { blocks.isEmpty }

  /// Appends one block; a blank one is left out.
  ///
  /// - Throws: `.tooLarge` when the text would pass the limit.
  /// - Complexity: O(content).
  func append(_ kind: Block.Kind, level: Int = 0, _ content: SourcedText) throws(DocumentError) {
    var range = TextScan.trimmed(0..<content.count, in: content.bytes)
    guard !range.isEmpty else { return }
    if kind == .code {
      // Code keeps the indent of its first line.
      var start = range.lowerBound
      while start > 0, content.bytes[start - 1] != 0x0A { start -= 1 }
      range = start..<range.upperBound
    }
    let content = content.slice(range)
    try separate(before: content)
    let start = text.count
    text.append(content)
    blocks.append(Block(kind: kind, range: start..<text.count, level: level))
  }

  private func separate(before content: SourcedText) throws(DocumentError) {
    guard text.count + content.count + 2 <= limits.textBytes else {
      throw DocumentError(
        .tooLarge,
        "the text is longer than the limit of \(limits.textBytes) bytes; split the file or raise the limit")
    }
    if !text.isEmpty { text.write("\n\n", at: content.sourceStart) }
  }

  /// Appends a table: its caption, then a line `a | b | c` a row with the column names as the block's header.
  ///
  /// - Complexity: O(cells).
  func append(_ table: MarkupTable) throws(DocumentError) {
    if let caption = table.caption { try append(.paragraph, caption) }
    let assembler = TextAssembler(limits: limits)
    let placed = try assembler.append(table.grid, as: .rows, expectsNames: table.expectsNames)
    guard !assembler.isEmpty else { return }
    let document = try assembler.finish(format: .text, title: nil)
    let bytes = Array(document.text.utf8)
    var content = SourcedText()
    var written = 0
    for cell in placed {
      let source = table.rows[cell.row][cell.column].text
      content.write(bytes[written..<cell.range.lowerBound], at: source.sourceStart)
      // Line breaks in a cell are blanks in its line; else the text is the cell's own.
      let shown = bytes[cell.range]
      if shown.count == source.count {
        content.append(source, as: shown)
      } else {
        content.write(shown, at: source.sourceStart)
      }
      written = cell.range.upperBound
    }
    content.write(bytes[written...], at: content.sourceEnd)
    try separate(before: content)
    let start = text.count
    text.append(content)
    for block in document.blocks {
      blocks.append(
        Block(
          kind: block.kind, range: (block.range.lowerBound + start)..<(block.range.upperBound + start),
          level: block.level,
          header: block.header.map { ($0.lowerBound + start)..<($0.upperBound + start) }))
    }
  }

  /// Appends the blocks of another document whose text came from `position` of the source.
  func append(_ document: ParsedDocument, at position: Int) throws(DocumentError) {
    let bytes = Array(document.text.utf8)
    for block in document.blocks {
      var content = SourcedText()
      content.write(bytes[block.range], at: position)
      try separate(before: content)
      let start = text.count - block.range.lowerBound
      text.append(content)
      blocks.append(
        Block(
          kind: block.kind, range: (block.range.lowerBound + start)..<(block.range.upperBound + start),
          level: block.level,
          header: block.header.map { ($0.lowerBound + start)..<($0.upperBound + start) }))
    }
  }

  /// Appends blocks whose ranges are in `content`.
  func append(_ blocks: [Block], of content: SourcedText) throws(DocumentError) {
    for block in blocks {
      let part = content.slice(block.range)
      try separate(before: part)
      let start = text.count
      text.append(part)
      self.blocks.append(
        Block(
          kind: block.kind, range: start..<text.count, level: block.level,
          header: block.header.map {
            ($0.lowerBound - block.range.lowerBound + start)..<($0.upperBound - block.range.lowerBound + start)
          }))
    }
  }

  /// Counts something that is not in the text, for a note at the end.
  ///
  /// - Parameter line: of the source, from 1.
  func leaveOut(_ what: String, line: Int) {
    if let index = leftOut.firstIndex(where: { $0.what == what }) {
      leftOut[index].count += 1
    } else if leftOut.count < 100 {
      leftOut.append((what, 1, line))
    }
  }

  /// - Parameters:
  ///   - source: the way from the decoded text to the file.
  ///   - readerNotes: of the decoding.
  /// - Throws: `.empty` when nothing was appended.
  func finish(
    format: DocumentFormat, source: SourceMap, notes readerNotes: [ReadingNote]
  ) throws(DocumentError) -> ParsedDocument {
    guard !blocks.isEmpty else {
      let others = leftOut.map { "; left out: " + $0.what }.joined()
      throw DocumentError(.empty, "there is no text in the file beside marks and comments\(others)")
    }
    var notes = readerNotes + notes
    for item in leftOut {
      let times =
        item.count > 1 ? " (\(item.count) times, first in line \(item.line))" : " (line \(item.line))"
      notes.append(ReadingNote("left out: " + item.what + times))
    }
    if title == nil, let heading = blocks.first(where: { $0.kind == .heading && $0.level == 1 }) {
      title = TextScan.singleLine(Array(text.bytes[heading.range]), limit: 1000)
    }
    return ParsedDocument(
      format: format, title: title, text: text.string, blocks: blocks,
      places: DocumentPlaces(sourceMap: text.sourceMap.composed(with: source, count: text.count)),
      metadata: metadata, notes: notes)
  }
}

/// A table whose cells know where they came from.
struct MarkupTable {
  struct Cell {
    var text: SourcedText
    var columnSpan = 1
    var rowSpan = 1
    var isHeader = false
  }

  var caption: SourcedText?
  var rows: [[Cell]] = []
  /// Whether its first row is names as a rule.
  var expectsNames = false

  var grid: TableGrid {
    TableGrid(
      rows: rows.map { cells in
        TableGrid.Row(
          cells: cells.map {
            TableGrid.Cell(
              text: $0.text.bytes, columnSpan: $0.columnSpan, rowSpan: $0.rowSpan, isHeader: $0.isHeader)
          })
      })
  }
}
