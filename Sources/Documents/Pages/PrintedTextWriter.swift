/// Writes the elements of printed pages as blocks.
///
/// Paragraphs and tables that go on in the next column or on the next page become one block. What stands between the
/// parts (footnotes, captions, tables) is put before the block where it is on the first page and behind it where it is
/// on the next, so that the text of each page stays in one piece.
final class PrintedTextWriter {
  let assembler: TextAssembler
  private(set) var placed: [DocumentPlaces.Word] = []
  private let source: PrintedText
  private let runs: TextRuns
  /// Where the text of each page starts, as far as it has some.
  private var starts: [Int?]
  private var largest: (size: Double, text: String)?

  init(_ source: PrintedText, limits: ReadingLimits) {
    self.source = source
    assembler = TextAssembler(limits: limits)
    runs = TextRuns(source)
    starts = Array(repeating: nil, count: source.pages.count)
  }

  /// The first of the largest headings of the first pages.
  var title: String? { largest?.text }

  /// Pages with their starts; one without text starts where the next one does.
  func places(textBytes: Int) -> [DocumentPlaces.Page] {
    var next = textBytes
    var pages: [DocumentPlaces.Page] = []
    for (index, page) in source.pages.enumerated().reversed() {
      next = index == 0 ? 0 : min(next, starts[index] ?? next)
      pages.append(
        DocumentPlaces.Page(
          start: next, width: page.width.isFinite ? max(0, page.width) : 0,
          height: page.height.isFinite ? max(0, page.height) : 0))
    }
    return pages.reversed()
  }

  func write() throws(DocumentError) {
    for item in PageJoins(source).items() {
      switch item.element {
      case .paragraph(let paragraph): try write(paragraph, page: item.page)
      case .table(let table): try write(table)
      }
    }
  }

  // MARK: Blocks

  private func write(_ paragraph: PageParagraph, page: Int) throws(DocumentError) {
    let run = runs.run(paragraph)
    var kind = Block.Kind.paragraph
    var level = 0
    switch paragraph.role {
    case .heading(let depth):
      kind = .heading
      level = depth
      let isLarger = paragraph.size > (largest?.size ?? 0) * 1.04
      if page < 2, isLarger {
        largest = (paragraph.size, String(decoding: run.bytes, as: UTF8.self).replacing("\n", with: " "))
      }
    case .item(let depth):
      kind = .listItem
      level = depth
    case .code: kind = .code
    case .text, .footnote, .caption, .margin: break
    }
    guard let start = try assembler.append(kind, level: level, run.bytes) else { return }
    place(run, at: start)
  }

  private func write(_ table: PageTable) throws(DocumentError) {
    var grid = TableGrid()
    grid.marksNames = table.hasFigures
    var cells: [[TextRuns.Run]] = []
    // The first column stands at the right where the text is read from there.
    let isMirrored = LayoutWord.isRightToLeft(
      table.rows.lazy.flatMap(\.cells).flatMap(\.lines).joined(), source.words)
    for var row in table.rows {
      if isMirrored {
        for index in row.cells.indices {
          row.cells[index].column = table.columns.count - row.cells[index].column - row.cells[index].span
        }
        row.cells.sort { $0.column < $1.column }
      }
      var line: [TableGrid.Cell] = []
      var own: [TextRuns.Run] = []
      func fill(upTo column: Int) {
        while line.reduce(0, { $0 + $1.columnSpan }) < column {
          line.append(TableGrid.Cell(text: [], isHeader: row.isHeader))
          own.append(TextRuns.Run())
        }
      }
      for cell in row.cells {
        fill(upTo: cell.column)
        let lines = cell.lines.map { LayoutWord.ordered($0, source.words) }
        let run = runs.run(lines, keepsBreaks: false)
        let isAlone = row.cells.count == 1 && cell.column == 0 && !row.isHeader
        let span = row.isHeader ? cell.span : isAlone ? table.columns.count : 1
        line.append(TableGrid.Cell(text: run.bytes, columnSpan: span, isHeader: row.isHeader))
        own.append(run)
      }
      if row.isHeader { fill(upTo: table.columns.count) }
      grid.rows.append(TableGrid.Row(cells: line))
      cells.append(own)
    }
    for cell in try assembler.append(grid, as: .rows) {
      let run = cells[cell.row][cell.column]
      guard run.bytes.count == cell.range.count else { continue }
      place(run, at: cell.range.lowerBound)
    }
  }

  private func place(_ run: TextRuns.Run, at start: Int) {
    for word in run.words {
      let range = (start + word.range.lowerBound)..<(start + word.range.upperBound)
      if let last = placed.last, last.range.upperBound > range.lowerBound { continue }
      let page = Int(source.pageOfWord[word.number])
      if starts[page] == nil { starts[page] = range.lowerBound }
      placed.append(DocumentPlaces.Word(range: range, box: source.words[word.number].box))
    }
  }
}
