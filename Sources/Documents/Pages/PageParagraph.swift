/// Lines of a page that belong together: a paragraph, a heading, an item of a list, lines of a form.
struct PageParagraph: Equatable, Sendable {
  enum Role: Equatable, Sendable {
    case text
    case heading(Int)
    case item(Int)
    case code
    /// Small type at the foot of a page, below a column.
    case footnote
    /// `Figure 3: …`
    case caption
    /// A line at the head or foot of a page that is kept.
    case margin
  }

  struct Line: Equatable, Sendable {
    /// Numbers of words in the order of reading.
    var words: [Int]
    var box: PageBox
    /// Whether the line was ended on purpose: the next word would have had room.
    var isShort = false
  }

  var lines: [Line]
  var role = Role.text
  var size: Double
  var isBold: Bool
  var isMonospaced: Bool
  /// Number of the region of the page, so that text which goes on in another is known.
  var region = 0
  /// Space above, in lines.
  var spaceAbove = 0.0

  var box: PageBox { lines.dropFirst().reduce(lines[0].box) { $0.union($1.box) } }
  var firstWord: Int { lines[0].words[0] }
  var wordCount: Int { lines.reduce(0) { $0 + $1.words.count } }
}

/// Makes paragraphs out of the lines of a region.
struct PageParagraphs {
  private let words: [LayoutWord]
  /// Sides of the region.
  private let box: PageBox
  /// How far lines may reach where none shows it: as far from the right side of the page as the text is from the left.
  private let limit: Double

  /// - Parameter pageWidth: `nil` for a column, whose lines reach its own right side.
  init(words: [LayoutWord], box: PageBox, pageWidth: Double?) {
    self.words = words
    self.box = box
    limit = max(box.right, pageWidth.map { $0 - max(0, box.left) } ?? box.right)
  }

  /// - Parameter rows: lines from the top down, without tables between them.
  /// - Complexity: O(words).
  func paragraphs(of rows: [PageRow]) -> [PageParagraph] {
    var found: [PageParagraph] = []
    let lines = rows.map(line)
    let right = rightEdge(lines)
    let steps = zip(lines, lines.dropFirst()).map { $1.box.bottom - $0.box.bottom }
    var open: PageParagraph?
    for (index, line) in lines.enumerated() {
      let style = style(of: line)
      if index > 0, let above = open?.lines.last, let last = open?.lines.indices.last {
        open?.lines[last].isShort = endsShort(above, before: line, right: right)
        if open.map({ belongs(line, style, to: $0, steps: steps, index: index, right: right) }) ?? false {
          open?.lines.append(line)
          continue
        }
      }
      if let open { found.append(open) }
      var paragraph = PageParagraph(
        lines: [line], size: style.size, isBold: style.isBold, isMonospaced: style.isMonospaced)
      if index > 0 {
        paragraph.spaceAbove = (line.box.top - lines[index - 1].box.bottom) / max(0.1, style.size)
      }
      if isItem(line) { paragraph.role = .item(1) }
      open = paragraph
    }
    if let open { found.append(open) }
    return found
  }

  // MARK: Lines

  private func line(_ row: PageRow) -> PageParagraph.Line {
    PageParagraph.Line(words: LayoutWord.ordered(row.words, words), box: row.box)
  }

  private func style(of line: PageParagraph.Line) -> (size: Double, isBold: Bool, isMonospaced: Bool) {
    var sizes: [Double: Int] = [:]
    var bold = 0
    var monospaced = 0
    var count = 0
    for number in line.words {
      let word = words[number]
      let length = word.text.utf8.count
      sizes[word.size, default: 0] += length
      guard word.kind == .text || word.kind == .number else { continue }
      count += length
      if word.isBold { bold += length }
      if word.isMonospaced { monospaced += length }
    }
    let size = sizes.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 1
    return (size, count > 0 && bold == count, count > 0 && monospaced == count)
  }

  /// Where full lines end: where several long ones do, else where the page leaves as much space as on the left.
  private func rightEdge(_ lines: [PageParagraph.Line]) -> Double {
    let sides = lines.map(\.box.right).sorted()
    guard let last = sides.last else { return box.right }
    let edge = lines.count < 4 ? box.right : sides[min(sides.count - 1, sides.count * 9 / 10)]
    let long = lines.count { line in
      let size = line.box.height
      return line.words.count >= 5 && edge - line.box.right < 4 * size && line.box.width > 15 * size
    }
    return long >= 2 ? edge : max(limit, last)
  }

  /// Whether the first word of the next line would have had room at the end of this one.
  private func endsShort(
    _ line: PageParagraph.Line, before next: PageParagraph.Line, right: Double
  ) -> Bool {
    guard let first = next.words.first else { return false }
    let word = words[first]
    // Scripts without spaces break anywhere.
    if LayoutText.isIdeograph(word.text.unicodeScalars.first), let last = line.words.last,
      LayoutText.isIdeograph(words[last].text.unicodeScalars.last)
    {
      return LayoutText.endsSentence(words[last].text) && right - line.box.right > 2 * word.size
    }
    // A sentence that goes on was broken by the width, not by its author.
    if LayoutText.startsLowercase(word.text), line.words.count >= 5, !isSentenceEnd(line) { return false }
    if word.isRightToLeft {
      return line.box.left - box.left > word.box.width + 0.6 * word.size
    }
    // Ragged lines of a centred or narrow block end where its own lines do.
    return right - line.box.right > word.box.width + 0.6 * word.size
  }

  // MARK: Borders

  private func usualStep(_ steps: [Double], _ index: Int, _ paragraph: PageParagraph) -> Double {
    if paragraph.lines.count > 1 {
      return paragraph.lines[1].box.bottom - paragraph.lines[0].box.bottom
    }
    let next = index + 1 < steps.count ? steps[index + 1] : steps[index]
    return min(steps[index], next)
  }

  private func belongs(
    _ line: PageParagraph.Line, _ style: (size: Double, isBold: Bool, isMonospaced: Bool),
    to paragraph: PageParagraph, steps: [Double], index: Int, right: Double
  ) -> Bool {
    guard let above = paragraph.lines.last else { return false }
    let step = steps[index - 1]
    // The step inside of this paragraph, or that of the lines below.
    let usual = usualStep(steps, index - 1, paragraph)
    let size = max(0.1, style.size)
    if abs(style.size - paragraph.size) > 0.09 * max(style.size, paragraph.size) { return false }
    let overlap = above.box.verticalOverlap(line.box)
    if step > max(1.22 * usual, usual + 0.2 * size) || step > 2.2 * size { return false }
    if -overlap > 1.1 * size { return false }
    if style.isMonospaced != paragraph.isMonospaced { return false }
    if style.isMonospaced { return true }
    let isShort = above.isShort || endsShort(above, before: line, right: right)
    if style.isBold != paragraph.isBold, isShort || paragraph.isBold && paragraph.lines.count <= 2 {
      return false
    }
    // Two headings below each other, but not the lines of one that is centred.
    if style.isBold, isShort, !(isCentred(above) && isCentred(line)) { return false }
    if isItem(line) { return false }
    // An indented first line.
    let indent = line.box.left - above.box.left
    if paragraph.lines.count > 1, indent > 0.9 * size, indent < 4 * size, isSentenceEnd(above) || isShort,
      abs(above.box.left - paragraph.lines[paragraph.lines.count - 2].box.left) < 0.5 * size
    {
      return false
    }
    // A paragraph of full lines that ends short, and a sentence that begins.
    if isShort, paragraph.lines.count > 1, isSentenceEnd(above), let first = line.words.first,
      !LayoutText.startsLowercase(words[first].text),
      !paragraph.lines.dropLast().suffix(8).contains(where: \.isShort)
    {
      return false
    }
    return true
  }

  private func isCentred(_ line: PageParagraph.Line) -> Bool {
    abs((line.box.left + line.box.right) - (box.left + box.right)) < 2 * line.box.height
      && line.box.left > box.left + line.box.height
  }

  private func isSentenceEnd(_ line: PageParagraph.Line) -> Bool {
    line.words.last.map { LayoutText.endsSentence(words[$0].text) } ?? false
  }

  private func isItem(_ line: PageParagraph.Line) -> Bool {
    guard line.words.count > 1, let first = line.words.first, LayoutText.isMarker(words[first].text) else {
      return false
    }
    return true
  }
}
