/// Finds headings by size and weight of their type, and gives them levels.
struct PageHeadings {
  private let words: [LayoutWord]
  /// The size that most of the document is set in.
  let bodySize: Double

  init(words: [LayoutWord], bodySize: Double) {
    self.words = words
    self.bodySize = bodySize
  }

  /// The size that most letters have.
  ///
  /// - Complexity: O(words).
  static func commonSize(_ words: [LayoutWord]) -> Double {
    var counts: [Int: Int] = [:]
    for word in words { counts[Int((min(word.size, 1e5) * 2).rounded()), default: 0] += word.text.utf8.count }
    let most = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
    return Double(most?.key ?? 20) / 2
  }

  /// Marks headings, captions and footnotes among the paragraphs of a document.
  ///
  /// - Parameter pages: paragraphs of each page in order of reading, `nil` where a table stands.
  /// - Complexity: O(words).
  func mark(_ pages: inout [[PageParagraph?]]) {
    // Bold type says something only where most words are not.
    var bold = 0
    var all = 0
    for paragraph in pages.joined().compactMap({ $0 }) {
      all += paragraph.wordCount
      if paragraph.isBold { bold += paragraph.wordCount }
    }
    let boldSays = bold * 3 < all
    var styles: Set<Style> = []
    for page in pages.indices {
      for index in pages[page].indices {
        guard var paragraph = pages[page][index], paragraph.role == .text || isItem(paragraph) else {
          continue
        }
        if isCaption(paragraph) {
          paragraph.role = .caption
        } else {
          let below = pages[page][(index + 1)...].prefix(3)
          if isHeading(paragraph, below: Array(below), boldSays: boldSays) {
            paragraph.role = .heading(1)
            styles.insert(style(paragraph))
          }
        }
        pages[page][index] = paragraph
      }
    }
    let levels = levels(of: styles)
    for page in pages.indices {
      for index in pages[page].indices {
        guard let paragraph = pages[page][index], case .heading = paragraph.role else { continue }
        pages[page][index]?.role = .heading(levels[style(paragraph)] ?? 6)
      }
    }
  }

  private func isItem(_ paragraph: PageParagraph) -> Bool {
    if case .item = paragraph.role { return true }
    return false
  }

  // MARK: Styles

  private struct Style: Hashable, Comparable {
    /// In half units.
    var size: Int
    var isBold: Bool
    /// Depth of its numbering, 1 without one.
    var depth: Int

    init(_ paragraph: PageParagraph, depth: Int) {
      self.depth = max(1, depth)
      size = Int((paragraph.size * 2).rounded())
      isBold = paragraph.isBold
    }

    static func < (left: Style, right: Style) -> Bool {
      (left.size, left.isBold ? 1 : 0, -left.depth) < (right.size, right.isBold ? 1 : 0, -right.depth)
    }
  }

  private func style(_ paragraph: PageParagraph) -> Style {
    let first = words[paragraph.firstWord].text
    let parts = first.utf8.split(separator: 0x2E)
    let isNumbering = parts.count > 1 && parts.allSatisfy { $0.count <= 3 && $0.allSatisfy(ASCII.isDigit) }
    return Style(paragraph, depth: isNumbering ? min(parts.count, 5) : 1)
  }

  /// The largest type has level 1; sizes within four percent are one.
  private func levels(of styles: Set<Style>) -> [Style: Int] {
    var levels: [Style: Int] = [:]
    var level = 0
    var last: Style?
    for style in styles.sorted(by: >) {
      let isSame =
        last.map {
          $0.isBold == style.isBold && $0.depth == style.depth && Double(style.size) > 0.96 * Double($0.size)
        } ?? false
      if !isSame {
        level += 1
        last = style
      }
      levels[style] = min(6, level)
    }
    return levels
  }

  // MARK: Tests

  private func isHeading(
    _ paragraph: PageParagraph, below: [PageParagraph?], boldSays: Bool
  ) -> Bool {
    guard paragraph.lines.count <= 4, !paragraph.isMonospaced || paragraph.size > 1.3 * bodySize else {
      return false
    }
    let all = paragraph.lines.flatMap(\.words)
    let count = all.reduce(0) { $0 + words[$1].text.utf8.count + 1 }
    guard count <= 220, let first = all.first, let last = all.last else { return false }
    let letters = all.reduce(0) { sum, number in
      sum + (words[number].kind == .text ? words[number].text.unicodeScalars.count : 0)
    }
    guard letters >= 2 else { return false }
    let isNumbered = LayoutText.kind(of: words[first].text) == .number && all.count > 1
    if isItem(paragraph), !isNumbered { return false }
    let text = words[last].text
    let endsLikeText =
      text.hasSuffix(",") || text.hasSuffix(";") || text.hasSuffix(".") && !text.hasSuffix("..")
    if paragraph.size >= 1.17 * bodySize {
      // Large text of many words is text.
      return count <= 160
        && !(endsLikeText && (count > 80 || all.count > 4 && paragraph.size < 1.4 * bodySize))
    }
    guard !endsLikeText, paragraph.lines.count <= 2 else { return false }
    if !isNumbered, LayoutText.startsLowercase(words[first].text) { return false }
    if paragraph.isBold, boldSays, paragraph.size >= 0.95 * bodySize, count <= 120 {
      // A heading stands above something that is not like it.
      return below.contains { $0.map { !$0.isBold || $0.size < 0.95 * paragraph.size } ?? true }
    }
    return paragraph.size >= 1.08 * bodySize && count <= 100 && paragraph.lines.count == 1 && !below.isEmpty
      && !text.hasSuffix(":")
  }

  private static let captions: Set<String> = [
    "figure", "fig.", "fig", "table", "tab.", "tabelle", "abbildung", "abb.", "tableau", "chart", "exhibit",
    "figura",
    "tabla", "tabela", "рис.", "таблица", "図", "表",
  ]

  /// `Figure 3: …`, `Tab. 2`.
  private func isCaption(_ paragraph: PageParagraph) -> Bool {
    let all = paragraph.lines[0].words
    guard all.count >= 2, Self.captions.contains(words[all[0]].text.lowercased()) else { return false }
    return words[all[1]].text.utf8.first.map { ASCII.isDigit($0) } == true
      && paragraph.size < 1.3 * bodySize
  }
}
