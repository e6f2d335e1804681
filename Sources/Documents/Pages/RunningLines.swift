/// Finds running heads and feet: lines at the edge of pages that have the same words at the same place on most pages,
/// and page numbers.
///
/// A line whose words or digits differ from page to page carries data and stays. Lines go from the edge inwards, up to
/// the first that stays.
struct RunningLines {
  /// A page as this looks at it.
  struct Page {
    /// Number, from 1.
    var number: Int
    var height: Double
    /// Lines from the top down.
    var rows: [PageRow]
  }

  struct Result {
    /// For each page, its lines that go.
    var removed: [Set<Int>]
    /// For each page, lines at its edges that repeat but for their digits, and stay.
    var margins: [Set<Int>]
    /// What goes, with its words.
    var notes: [ReadingNote]
  }

  private let pages: [Page]
  private let words: [LayoutWord]
  /// Type of the text, so that titles are not taken for heads.
  private let bodySize: Double

  /// How many lines at each end of a page may go.
  private static let deepest = 3

  init(pages: [Page], words: [LayoutWord], bodySize: Double) {
    self.pages = pages
    self.words = words
    self.bodySize = bodySize
  }

  /// A line at an edge.
  private struct Edge {
    var page: Int
    var row: Int
    var isTop: Bool
    /// Its segments' texts, page numbers as `#`.
    var key: String
    /// The key with all digits as `#`.
    var shape: String
    var position: Double
    var isInMargin: Bool
    /// Its words.
    var sample: String
  }

  /// - Complexity: O(pages × log pages), and the words of six lines a page.
  func find() -> Result {
    let offsets = numberOffsets()
    let found = pages.indices.map { edges(of: $0, offsets) }
    var byKey: [String: [(page: Int, position: Double)]] = [:]
    var byShape: [String: [(page: Int, position: Double)]] = [:]
    for edge in found.joined() {
      byKey[edge.key, default: []].append((edge.page, edge.position))
      byShape[edge.shape, default: []].append((edge.page, edge.position))
    }
    var result = Result(
      removed: Array(repeating: [], count: pages.count), margins: Array(repeating: [], count: pages.count),
      notes: [])
    var gone: [String: (count: Int, sample: String)] = [:]
    var kept: Set<String> = []
    for page in pages.indices {
      for isTop in [true, false] {
        for edge in found[page].filter({ $0.isTop == isTop }) {
          let isNumber = edge.key == "T#" || edge.key == "B#"
          guard isNumber || isFurniture(edge, byKey[edge.key] ?? []) && !isTableHead(edge) else { break }
          // Words with digits that are no page number may be wanted: a telephone number in a letter's foot.
          if !isNumber, Self.hasData(edge.key), kept.insert(edge.key).inserted {
            result.margins[page].insert(edge.row)
            continue
          }
          result.removed[page].insert(edge.row)
          gone[edge.key, default: (0, edge.sample)].count += 1
        }
      }
      for isTop in [true, false] {
        for edge in found[page].filter({ $0.isTop == isTop }) {
          if result.removed[page].contains(edge.row) || result.margins[page].contains(edge.row) { continue }
          let alike = (byShape[edge.shape] ?? []).count {
            abs($0.position - edge.position) < 0.01 * pages[page].height
          }
          guard edge.isInMargin, alike >= 2, pages[page].rows[edge.row].segments.count <= 3 else { break }
          result.margins[page].insert(edge.row)
        }
      }
    }
    let isAll = pages.indices.allSatisfy { result.removed[$0].count == pages[$0].rows.count }
    if isAll {
      return Result(removed: Array(repeating: [], count: pages.count), margins: result.margins, notes: [])
    }
    result.notes = notes(gone)
    return result
  }

  private func isFurniture(_ edge: Edge, _ same: [(page: Int, position: Double)]) -> Bool {
    let page = pages[edge.page]
    guard page.rows[edge.row].size <= 1.25 * bodySize else { return false }
    let there = same.filter { abs($0.position - edge.position) < 0.02 * page.height }
    let count = Set(there.map(\.page)).count
    guard count >= 3 else { return false }
    if count * 20 >= pages.count * 7 { return true }
    // A chapter's head: at the very edge, on most or on every other page of a stretch.
    guard edge.isInMargin, let first = there.first?.page, let last = there.last?.page else { return false }
    return count * 5 >= (last - first + 1) * 2
  }

  /// Whether words hold a number of five digits and more, or an address.
  private static func hasData(_ key: String) -> Bool {
    key.utf8.count(where: ASCII.isDigit) >= 5 || key.contains("@") || key.contains("www.")
  }

  /// Whether a line names the columns of the line below it.
  private func isTableHead(_ edge: Edge) -> Bool {
    let rows = pages[edge.page].rows
    let head = rows[edge.row]
    guard edge.isTop, head.segments.count > 1 else { return false }
    // The first line below may be one of a wrapped cell.
    return rows[(edge.row + 1)...].prefix(4).contains { below in
      below.segments.count >= head.segments.count && below.box.top - head.box.bottom < 4 * head.size
        && head.segments.allSatisfy { segment in
          below.segments.contains { $0.box.horizontalOverlap(segment.box) > 0 }
        }
    }
  }

  // MARK: Edges

  private func edges(of page: Int, _ offsets: Set<Int>) -> [Edge] {
    let rows = pages[page].rows
    let height = max(1, pages[page].height)
    var found: [Edge] = []
    for isTop in [true, false] {
      let chosen =
        isTop ? Array(rows.indices.prefix(Self.deepest)) : rows.indices.suffix(Self.deepest).reversed()
      for row in chosen {
        let box = rows[row].box
        let inner = isTop ? row + 1 : row - 1
        var space = Double.infinity
        if rows.indices.contains(inner) {
          space = isTop ? rows[inner].box.top - box.bottom : box.top - rows[inner].box.bottom
        }
        let isOutside = isTop ? box.bottom < 0.12 * height : box.top > 0.88 * height
        var key = isTop ? "T" : "B"
        for (index, segment) in rows[row].segments.enumerated() {
          if index > 0 { key += "\u{1F}" }
          let text = text(of: segment)
          if let (number, rest) = PageNumber.find(in: text), offsets.contains(number - pages[page].number) {
            key += rest + "#"
          } else {
            key += text
          }
        }
        var shape = ""
        for scalar in key.unicodeScalars {
          if ("0"..."9").contains(scalar) {
            if shape.last != "#" { shape += "#" }
          } else {
            shape.unicodeScalars.append(scalar)
          }
        }
        // Words must stand near the edge; a number of a page that ends early is at its last line.
        let isFar = isTop ? box.bottom < 0.3 * height : box.top > 0.7 * height
        guard isFar || key == "T#" || key == "B#" else { break }
        found.append(
          Edge(
            page: page, row: row, isTop: isTop, key: key, shape: shape, position: box.middle,
            isInMargin: isOutside && space > 0.7 * rows[row].size,
            sample: rows[row].segments.map { text(of: $0) }.joined(separator: " ")))
      }
    }
    return found
  }

  private func text(of segment: PageSegment) -> String {
    segment.words.map { words[$0].text }.joined(separator: " ")
  }

  /// Differences between numbers at the edges of pages and the pages' own that hold on three pages, or on all.
  private func numberOffsets() -> Set<Int> {
    var counts: [Int: Int] = [:]
    var explicit: Set<Int> = []
    for page in pages {
      var own: Set<Int> = []
      let rows = Array(page.rows.prefix(Self.deepest)) + page.rows.suffix(Self.deepest)
      for segment in rows.flatMap(\.segments) where segment.count <= 80 {
        guard let (number, rest) = PageNumber.find(in: text(of: segment)) else { continue }
        own.insert(number - page.number)
        if rest.isEmpty, number == page.number, PageNumber.isExplicit(text(of: segment)) {
          explicit.insert(0)
        }
      }
      for offset in own { counts[offset, default: 0] += 1 }
    }
    return explicit.union(counts.filter { $0.value >= 3 }.keys)
  }

  // MARK: Notes

  private func notes(_ gone: [String: (count: Int, sample: String)]) -> [ReadingNote] {
    guard !gone.isEmpty else { return [] }
    let total = gone.values.reduce(0) { $0 + $1.count }
    let sorted = gone.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    let named = sorted.map { key, value in
      let isNumber = key == "T#" || key == "B#"
      return (isNumber ? "page numbers such as " : "") + "“\(value.sample)” (\(value.count))"
    }
    let isSingle = total == 1
    return [
      ReadingNote(
        "\(total) running head\(isSingle ? "" : "s") and feet that repeat from page to page \(isSingle ? "was" : "were") left out: "
          + named.joined(separator: ", "))
    ]
  }
}
