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
      var item = items[index]
      var last = index
      while let next = continuation(of: item, from: last, items, isTaken) {
        // What stands between: on the first page before, on the next one after.
        for between in (last + 1)..<next where !isTaken[between] && items[between].page == items[index].page {
          out.append(items[between])
          isTaken[between] = true
        }
        item.element = joined(item.element, items[next].element)
        isTaken[next] = true
        last = next
      }
      out.append(item)
    }
    return out
  }

  private func joined(_ first: PrintedText.Element, _ second: PrintedText.Element) -> PrintedText.Element {
    switch (first, second) {
    case (.paragraph(var left), .paragraph(let right)):
      left.lines += right.lines
      return .paragraph(left)
    case (.table(let left), .table(let right)):
      return .table(left.continued(by: right, source.words) ?? left)
    default: return first
    }
  }

  private func continuation(of item: Item, from last: Int, _ items: [Item], _ isTaken: [Bool]) -> Int? {
    var skipped = 0
    var index = last + 1
    let start = items[last]
    while index < items.count, skipped <= Self.furthest, items[index].page - start.page <= 1 {
      defer { index += 1 }
      if isTaken[index] { continue }
      switch (item.element, items[index].element) {
      case (.paragraph(let left), .paragraph(let right)):
        if isFloat(right) {
          skipped += 1
          continue
        }
        guard right.region != left.region || items[index].page != start.page else { return nil }
        return goesOn(left, right, isDirect: skipped == 0) ? index : nil
      case (.paragraph, .table):
        skipped += 1
      case (.table(let left), .table(let right)):
        guard items[index].page != start.page else { return nil }
        return left.continued(by: right, source.words) == nil ? nil : index
      case (.table, .paragraph(let right)):
        // A head that differs from that of the page before says that another table begins.
        guard right.role == .footnote || right.role == .margin && isRepeated(right, on: start.page, items) else {
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
  /// This table with the rows of one on the next page, where that has the same columns and no other header.
  ///
  /// - Returns: `nil` where it is another table.
  func continued(by next: PageTable, _ words: [LayoutWord]) -> PageTable? {
    var map: [Int] = []
    for column in next.columns {
      let box = PageBox(left: column.left, top: 0, right: column.right, bottom: 1)
      guard let best = columns.indices.max(by: { columns[$0].overlap(box) < columns[$1].overlap(box) }),
        columns[best].overlap(box) > 0.3 * min(columns[best].right - columns[best].left, box.width),
        map.last.map({ $0 < best }) ?? true
      else { return nil }
      map.append(best)
    }
    guard map.count * 2 > columns.count || map.count == columns.count else { return nil }
    func texts(_ row: Row) -> [String] {
      row.cells.map { $0.lines.joined().map { words[$0].text }.joined(separator: " ") }
    }
    let own = rows.filter(\.isHeader).map(texts)
    let other = next.rows.filter(\.isHeader).map(texts)
    guard other.isEmpty || own == other else { return nil }
    // Without marked names, the first row that comes again is the names.
    var table = self
    table.rows += next.rows.map { row in
      var row = row
      row.isHeader = false
      for index in row.cells.indices { row.cells[index].column = map[row.cells[index].column] }
      for index in row.cells.indices {
        let end = index + 1 < row.cells.count ? row.cells[index + 1].column : columns.count
        row.cells[index].span = min(row.cells[index].span, end - row.cells[index].column)
      }
      return row
    }
    return table
  }
}
