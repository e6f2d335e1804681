/// Puts the elements of all pages in one order, and joins what goes on in another column or on another page.
struct PageJoins {
  struct Item {
    var element: PrintedText.Element
    var page: Int
  }

  private let source: PrintedText

  /// How many elements may stand between the parts of a paragraph.
  private static let furthest = 8

  init(_ source: PrintedText) {
    self.source = source
  }

  /// - Complexity: O(elements).
  func items() -> [Item] {
    var items: [Item] = []
    for (page, elements) in source.elements.enumerated() {
      for element in elements { items.append(Item(element: element, page: page)) }
    }
    var out: [Item] = []
    out.reserveCapacity(items.count)
    var isTaken = [Bool](repeating: false, count: items.count)
    for index in items.indices where !isTaken[index] {
      let page = items[index].page
      var last = index
      // The parts are gathered first, so that nothing is copied for each.
      var parts: [Int] = []
      var line = items[index].element
      while let next = continuation(of: items[index].element, line, from: last, items, isTaken) {
        // What stands between: on the first page before, on the next one after.
        for between in (last + 1)..<next where !isTaken[between] && items[between].page == page {
          out.append(items[between])
          isTaken[between] = true
        }
        isTaken[next] = true
        parts.append(next)
        line = items[next].element
        last = next
      }
      out.append(Item(element: joined(items[index].element, parts.map { items[$0].element }), page: page))
    }
    return out
  }

  private func joined(_ first: PrintedText.Element, _ rest: [PrintedText.Element]) -> PrintedText.Element {
    guard !rest.isEmpty else { return first }
    switch first {
    case .paragraph(var paragraph):
      for case .paragraph(let next) in rest { paragraph.lines += next.lines }
      return .paragraph(paragraph)
    case .table(var table):
      for case .table(let next) in rest { table.append(next, source.words) }
      return .table(table)
    }
  }

  /// The element that goes on with `first`, of which `part` is the part so far that was found last.
  private func continuation(
    of first: PrintedText.Element, _ part: PrintedText.Element, from last: Int, _ items: [Item],
    _ isTaken: [Bool]
  ) -> Int? {
    var skipped = 0
    var index = last + 1
    let start = items[last]
    while index < items.count, skipped <= Self.furthest, items[index].page - start.page <= 1 {
      defer { index += 1 }
      if isTaken[index] { continue }
      switch (part, items[index].element) {
      case (.paragraph(let left), .paragraph(let right)):
        if isFloat(right) {
          skipped += 1
          continue
        }
        guard right.region != left.region || items[index].page != start.page else { return nil }
        return goesOn(left, right, isDirect: skipped == 0) ? index : nil
      case (.paragraph, .table):
        skipped += 1
      case (.table, .table(let right)):
        guard items[index].page != start.page, case .table(let left) = first else { return nil }
        return left.columnMap(of: right, source.words) == nil ? nil : index
      case (.table, .paragraph(let right)):
        // A head that differs from that of the page before says that another table begins.
        guard right.role == .footnote || right.role == .margin && isRepeated(right, on: start.page, items)
        else {
          return nil
        }
        skipped += 1
      }
    }
    return nil
  }

  /// Whether the page has an element with the same words at its edge, or `paragraph` stands on it.
  private func isRepeated(_ paragraph: PageParagraph, on page: Int, _ items: [Item]) -> Bool {
    if Int(source.pageOfWord[paragraph.firstWord]) == page { return true }
    let own = paragraph.lines.flatMap(\.words).map { source.words[$0].text }
    return source.elements[page].contains { element in
      guard case .paragraph(let other) = element, other.role == .margin else { return false }
      return other.lines.flatMap(\.words).map { source.words[$0].text } == own
    }
  }

  private func isFloat(_ paragraph: PageParagraph) -> Bool {
    paragraph.role == .margin || paragraph.role == .footnote || paragraph.role == .caption
  }

  /// Whether the sentence at the end of `left` goes on at the start of `right`.
  private func goesOn(_ left: PageParagraph, _ right: PageParagraph, isDirect: Bool) -> Bool {
    guard canGoOn(left.role), right.role == .text || right.role == .code && left.role == .code,
      abs(left.size - right.size) < 0.05 * left.size, let line = left.lines.last, let end = line.words.last
    else { return false }
    if left.role == .code { return false }
    let (last, first) = (source.words[end].text, source.words[right.firstWord].text)
    let isHyphen = last.hasSuffix("-") || last.hasSuffix("\u{AD}") || last.hasSuffix("\u{2010}")
    if LayoutText.startsLowercase(first) {
      return isHyphen || !LayoutText.endsSentence(last) || last.hasSuffix("…")
    }
    guard isDirect, !line.isShort, left.lines.count > 1, right.lines.count > 1 else { return false }
    return !LayoutText.endsSentence(last)
  }

  private func canGoOn(_ role: PageParagraph.Role) -> Bool {
    switch role {
    case .text: true
    case .item: true
    case .code, .heading, .footnote, .caption, .margin: false
    }
  }
}

extension PageTable {
  /// The columns of this table that those of one on the next page stand below.
  ///
  /// - Returns: `nil` where it is another table: other columns, or another header.
  func columnMap(of next: PageTable, _ words: [LayoutWord]) -> [Int]? {
    var map: [Int] = []
    for column in next.columns {
      let box = PageBox(left: column.left, top: 0, right: column.right, bottom: 1)
      guard let best = columns.indices.max(by: { columns[$0].overlap(box) < columns[$1].overlap(box) }),
        columns[best].overlap(box) > 0.3 * min(columns[best].right - columns[best].left, box.width),
        map.last.map({ $0 < best }) ?? true
      else { return nil }
      map.append(best)
    }
    guard map.count * 2 > columns.count else { return nil }
    func texts(_ row: Row) -> [String] {
      row.cells.map { $0.lines.joined().map { words[$0].text }.joined(separator: " ") }
    }
    let own = rows.prefix(8).filter(\.isHeader).map(texts)
    let other = next.rows.prefix(8).filter(\.isHeader).map(texts)
    return other.isEmpty || own == other ? map : nil
  }

  /// Adds the rows of a table that goes on with this one; a header that comes again is one row more like the first.
  mutating func append(_ next: PageTable, _ words: [LayoutWord]) {
    guard let map = columnMap(of: next, words) else { return }
    rows += next.rows.map { row in
      var row = row
      row.isHeader = false
      for index in row.cells.indices { row.cells[index].column = map[row.cells[index].column] }
      for index in row.cells.indices {
        let end = index + 1 < row.cells.count ? row.cells[index + 1].column : columns.count
        row.cells[index].span = min(row.cells[index].span, end - row.cells[index].column)
      }
      return row
    }
  }
}
