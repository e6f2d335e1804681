/// Finds the lines of tables of contents: they name a heading and its page, and would answer instead of what they name.
///
/// An entry is a line of words that ends, behind dots or a wide gap, in a page number. Entries are a table of contents
/// where four and more follow each other with numbers that do not fall, below a heading that says so, or where most of
/// their titles stand once more in the document.
struct PageContents {
  private static let headings: Set<String> = [
    "contents", "table of contents", "inhalt", "inhaltsverzeichnis", "sommaire", "table des matières",
    "índice",
    "indice", "sumario", "inhoud", "inhoudsopgave", "spis treści", "содержание", "目次", "目录", "innehåll",
    "list of figures", "list of tables", "abbildungsverzeichnis", "tabellenverzeichnis",
  ]

  private let words: [LayoutWord]

  init(words: [LayoutWord]) {
    self.words = words
  }

  /// - Parameters:
  ///   - pages: lines of each page from the top down.
  ///   - leaders: boxes of dots on each page.
  /// - Returns: for each page, the lines of a table of contents.
  /// - Complexity: O(words).
  func find(in pages: [[PageRow]], leaders: [[PageBox]]) -> [Set<Int>] {
    var found: [Set<Int>] = Array(repeating: [], count: pages.count)
    var titles: Set<String>?
    var isOpen = false
    for (page, rows) in pages.enumerated() {
      let entries = rows.indices.compactMap { row in
        entry(rows[row], leaders[page]).map { (row: row, entry: $0) }
      }
      let heading = rows.firstIndex { row in
        row.count < 40 && Self.headings.contains(name(row.words))
      }
      let dotted = entries.count { $0.entry.hasLeader }
      let isDotted = dotted * 2 >= entries.count
      guard entries.count >= (heading != nil || isOpen ? 3 : isDotted ? 4 : 6) else {
        isOpen = false
        continue
      }
      let numbers = entries.map(\.entry.number)
      let rising = zip(numbers, numbers.dropFirst()).count { $0 <= $1 }
      guard rising * 20 >= (numbers.count - 1) * 17 else {
        isOpen = false
        continue
      }
      if heading == nil, !isOpen {
        let all = titles ?? allTitles(pages, leaders)
        titles = all
        let known = entries.count { all.contains($0.entry.title) }
        guard known * 5 >= entries.count * (isDotted ? 2 : 3) else { continue }
      }
      isOpen = true
      guard let first = entries.first?.row, let last = entries.last?.row else { continue }
      // Titles of several lines end in the line with the number.
      var chosen = Set(entries.map(\.row))
      for row in first...last where !chosen.contains(row) {
        if rows[row].segments.count == 1, rows[row].count < 120 { chosen.insert(row) }
      }
      if let heading, heading <= last { chosen.insert(heading) }
      found[page] = chosen
    }
    return found
  }

  private struct Entry {
    var title: String
    var number: Int
    var hasLeader: Bool
  }

  private func entry(_ row: PageRow, _ leaders: [PageBox]) -> Entry? {
    guard let last = row.words.last, row.count < 240,
      words[last].kind != .text || words[last].text.utf8.count <= 6,
      let (number, rest) = PageNumber.find(in: words[last].text), rest.isEmpty
    else { return nil }
    let before = row.words.dropLast()
    guard let end = before.last, before.contains(where: { words[$0].kind == .text }) else { return nil }
    let hasLeader = leaders.contains {
      $0.isOnLine(of: row.box) && $0.left > words[end].box.left && $0.right <= words[last].box.right
    }
    guard hasLeader || words[last].box.left - words[end].box.right > 1.5 * row.size else { return nil }
    return Entry(title: name(Array(before)), number: number, hasLeader: hasLeader)
  }

  private func allTitles(_ pages: [[PageRow]], _ leaders: [[PageBox]]) -> Set<String> {
    var titles: Set<String> = []
    for (page, rows) in pages.enumerated() {
      for row in rows where row.count < 160 && entry(row, leaders[page]) == nil {
        titles.insert(name(row.words))
      }
    }
    return titles
  }

  /// Words in lower case, without numbers in front and marks.
  private func name(_ numbers: [Int]) -> String {
    var parts = numbers.map { words[$0].text.lowercased() }
    while parts.count > 1, let first = parts.first, LayoutText.kind(of: first) != .text {
      parts.removeFirst()
    }
    return parts.map(\.trimmingMarks).filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension String {
  fileprivate var trimmingMarks: String {
    var scalars = unicodeScalars[...]
    while let first = scalars.first, !first.properties.isAlphabetic, !("0"..."9").contains(first) {
      scalars.removeFirst()
    }
    while let last = scalars.last, !last.properties.isAlphabetic, !("0"..."9").contains(last) {
      scalars.removeLast()
    }
    return String(Substring(scalars))
  }
}
