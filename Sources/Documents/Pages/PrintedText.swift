/// Text, blocks and places of printed pages: the one geometry for PDF and for recognised pages.
///
/// Words become segments, segments regions in the order of reading, regions tables and paragraphs. What repeats at the
/// edges of pages goes first, headings are found last, when all type of the document is known.
package struct PrintedText {
  enum Element: Equatable {
    case paragraph(PageParagraph)
    case table(PageTable)
  }

  /// All words of the document; the parts of pages are numbers in it.
  private(set) var words: [LayoutWord] = []
  /// Page of each word, as an index.
  private(set) var pageOfWord: [Int32] = []
  let pages: [PrintedPage]
  private(set) var elements: [[Element]] = []
  package private(set) var notes: [ReadingNote] = []
  private(set) var bodySize = 1.0

  /// - Parameter pages: ascending by number; a page without words may stand for one without text.
  /// - Complexity: O(words × log words).
  package init(pages: [PrintedPage]) {
    self.pages = pages
    var leaders: [[PageBox]] = []
    var ranges: [Range<Int>] = []
    for (index, page) in pages.enumerated() {
      let found = LayoutWord.words(of: page)
      ranges.append(words.count..<(words.count + found.words.count))
      words += found.words
      pageOfWord += [Int32](repeating: Int32(truncatingIfNeeded: index), count: found.words.count)
      leaders.append(found.leaders)
      if found.meaningless > 0 {
        notes.append(
          ReadingNote(
            page: page.number,
            "\(found.meaningless) of \(found.meaningless + found.words.count) words have glyphs without a meaning and were left out: their font does not say which letters they are; text recognition can read them"
          ))
      }
    }
    bodySize = PageHeadings.commonSize(words)
    layOut(ranges, leaders)
  }

  // MARK: Layout

  private mutating func layOut(_ ranges: [Range<Int>], _ leaders: [[PageBox]]) {
    var upright: [[PageSegment]] = []
    var turned: [[[Int]]] = []
    for range in ranges {
      let (straight, other) = TurnedWords.split(range, words)
      upright.append(PageSegment.find(in: words, chosen: straight))
      turned.append(other)
    }
    let rows = upright.map { PageRow.find(in: $0) }
    let (kept, margins) = withoutFurniture(rows, leaders)
    // Heads and feet of short pages may be most of the document.
    let text = kept.joined().flatMap(\.words)
    if !text.isEmpty { bodySize = PageHeadings.commonSize(text.map { words[$0] }) }
    var columns: [Double: Int] = [:]
    var gutters: [[Double]] = []
    for page in kept {
      var finder = PageColumns(words: words)
      _ = finder.regions(of: page.flatMap(\.segments))
      gutters.append(finder.gutters)
      for gutter in Set(finder.gutters.map { ($0 / 4).rounded() * 4 }) { columns[gutter, default: 0] += 1 }
    }
    let known = columns.filter { $0.value >= 2 }.keys.sorted()
    for (page, rows) in kept.enumerated() {
      var finder = PageColumns(words: words, known: known)
      let regions = finder.regions(of: rows.flatMap(\.segments))
      elements.append(elements(of: regions, margins[page], turned[page], pages[page]))
    }
    markRoles()
  }

  private mutating func withoutFurniture(
    _ rows: [[PageRow]], _ leaders: [[PageBox]]
  ) -> (kept: [[PageRow]], margins: [[PageRow]]) {
    let furniture = RunningLines(
      pages: zip(pages, rows).map { .init(number: $0.number, height: $0.height, rows: $1) }, words: words,
      bodySize: bodySize
    ).find()
    var kept: [[PageRow]] = []
    var margins: [[PageRow]] = []
    for (page, all) in rows.enumerated() {
      let (gone, edge) = (furniture.removed[page], furniture.margins[page])
      kept.append(all.indices.filter { !gone.contains($0) && !edge.contains($0) }.map { all[$0] })
      margins.append(edge.sorted().map { all[$0] })
    }
    let contents = PageContents(words: words).find(in: kept, leaders: leaders)
    for (page, lines) in contents.enumerated() where !lines.isEmpty {
      let texts = lines.sorted().map { line in
        kept[page][line].words.map { words[$0].text }.joined(separator: " ")
      }
      notes.append(
        ReadingNote(
          page: pages[page].number,
          "\(lines.count) lines of a table of contents were left out, since what they name stands in the text: "
            + texts.joined(separator: "; ")))
      kept[page] = kept[page].indices.filter { !lines.contains($0) }.map { kept[page][$0] }
    }
    notes += furniture.notes
    return (kept, margins)
  }

  private func elements(
    of regions: [[PageSegment]], _ margins: [PageRow], _ turned: [[Int]], _ page: PrintedPage
  ) -> [Element] {
    var elements: [Element] = []
    func edge(_ rows: [PageRow], _ region: Int) {
      for row in rows {
        let segment = PageSegment(row.words, words)
        elements.append(
          .paragraph(
            PageParagraph(
              lines: [.init(words: row.words, box: row.box, isShort: true)], role: .margin,
              size: segment.size,
              isBold: false, isMonospaced: false, region: region)))
      }
    }
    edge(margins.filter { $0.box.middle < page.height / 2 }, -1)
    let boxes = regions.map { segments in
      segments.dropFirst().reduce(segments[0].box) { $0.union($1.box) }
    }
    for (number, segments) in regions.enumerated() {
      let box = boxes[number]
      // Those before and behind a column in the order of reading.
      let near = boxes[max(0, number - 20)..<min(boxes.count, number + 20)]
      let isColumn = near.contains {
        $0.horizontalOverlap(box) < 0 && $0.verticalOverlap(box) > 0.5 * min($0.height, box.height)
      }
      let paragraphs = PageParagraphs(words: words, box: box, pageWidth: isColumn ? nil : page.width)
      for piece in PageTables(rows: PageRow.find(in: segments), words: words).pieces() {
        switch piece {
        case .table(let table): elements.append(.table(table))
        case .lines(let rows):
          for var paragraph in paragraphs.paragraphs(of: rows) {
            paragraph.region = number
            let last = paragraph.lines.count - 1
            if box.right - paragraph.lines[last].box.right > 3 * paragraph.size {
              paragraph.lines[last].isShort = true
            }
            elements.append(.paragraph(paragraph))
          }
        }
      }
    }
    for run in turned {
      let segment = PageSegment(run, words)
      elements.append(
        .paragraph(
          PageParagraph(
            lines: [.init(words: run, box: segment.box, isShort: true)], role: .margin, size: segment.size,
            isBold: false, isMonospaced: false, region: -2)))
    }
    edge(margins.filter { $0.box.middle >= page.height / 2 }, -3)
    return elements
  }

  private mutating func markRoles() {
    let headings = PageHeadings(words: words, bodySize: bodySize)
    var paragraphs: [[PageParagraph?]] = elements.map { page in
      page.map { element in
        guard case .paragraph(let paragraph) = element else { return nil }
        return paragraph
      }
    }
    headings.mark(&paragraphs)
    for page in elements.indices {
      let height = pages[page].height
      for index in elements[page].indices {
        guard var paragraph = paragraphs[page][index] else { continue }
        if paragraph.role == .text, paragraph.isMonospaced { paragraph.role = .code }
        elements[page][index] = .paragraph(paragraph)
      }
      // Footnotes: small type that ends a region in the lower half of the page.
      for index in elements[page].indices.reversed() {
        guard case .paragraph(var paragraph) = elements[page][index] else { continue }
        if paragraph.role == .margin { continue }
        let isSmall = paragraph.size < 0.93 * bodySize && paragraph.box.top > 0.5 * height
        let isAboveOwn = index + 1 < elements[page].count && isFollowed(index, in: elements[page], paragraph)
        if isSmall, !isAboveOwn, paragraph.role == .text || paragraph.role == .item(1) {
          paragraph.role = .footnote
          elements[page][index] = .paragraph(paragraph)
        }
      }
    }
  }

  /// Whether text of the same region that is no footnote stands below.
  private func isFollowed(_ index: Int, in page: [Element], _ paragraph: PageParagraph) -> Bool {
    guard case .paragraph(let next) = page[index + 1] else { return true }
    return next.region == paragraph.region && next.role != .footnote && next.role != .margin
  }
}
