/// Finds the tables among the lines of a region.
///
/// A line with wide gaps is tabular. A table is a run of such lines whose gaps stand above each other, with the lines
/// between them that fit into a column or head a part of the table.
struct PageTables {
  enum Piece: Equatable {
    case lines([PageRow])
    case table(PageTable)
  }

  private let rows: [PageRow]
  private let words: [LayoutWord]
  private let isTabular: [Bool]
  private let box: PageBox

  /// - Parameter rows: the lines of a region from the top down.
  init(rows: [PageRow], words: [LayoutWord]) {
    self.words = words
    let rows = rows.map { Self.withMarkersJoined($0, words) }
    self.rows = rows
    let box = rows.dropFirst().reduce(rows.first?.box ?? PageBox(left: 0, top: 0, right: 0, bottom: 0)) {
      $0.union($1.box)
    }
    self.box = box
    isTabular = rows.map { Self.isTabular($0, in: box) }
  }

  /// - Complexity: O(segments × (log segments + columns of a table)).
  func pieces() -> [Piece] {
    var pieces: [Piece] = []
    var next = 0
    var position = 0
    func take(upTo end: Int) {
      if next < end { pieces.append(.lines(Array(rows[next..<end]))) }
    }
    while position < rows.count {
      guard isTabular[position] else {
        position += 1
        continue
      }
      let last = lastRow(from: position)
      let tabular = (position...last).count { isTabular[$0] }
      if tabular >= 2, let table = PageTable(rows: Array(rows[position...last]), words: words) {
        let start = headStart(above: position, floor: next, table)
        let end = tailEnd(below: last, table)
        if let whole = PageTable(rows: Array(rows[start...end]), words: words),
          isSound(whole, tabular: tabular)
        {
          take(upTo: start)
          pieces.append(.table(whole))
          next = end + 1
          position = next
          continue
        }
      }
      position = last + 1
    }
    take(upTo: rows.count)
    return pieces
  }

  // MARK: Lines

  /// A bullet or a number of a list or heading belongs to the text behind it.
  private static func withMarkersJoined(_ row: PageRow, _ words: [LayoutWord]) -> PageRow {
    guard row.segments.count > 1, let marker = row.segments[0].words.first, row.segments[0].words.count == 1,
      row.segments[1].kind == .text, isMarkerOrNumbering(words[marker].text),
      row.segments[1].box.left - row.segments[0].box.right < 5 * row.segments[1].size
    else { return row }
    var row = row
    row.segments[1] = PageSegment(row.segments[0].words + row.segments[1].words, words)
    row.segments.removeFirst()
    return row
  }

  /// `•`, `3.`, `(a)`, `2.4.1`.
  private static func isMarkerOrNumbering(_ text: String) -> Bool {
    if LayoutText.isMarker(text) { return true }
    let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count >= 2, text.utf8.count <= 12 else { return false }
    return parts.enumerated().allSatisfy { index, part in
      part.isEmpty
        ? index == parts.count - 1 : part.count <= 2 && part.allSatisfy { (0x30...0x39).contains($0) }
    }
  }

  /// Whether gaps of a line are those of a table, not of justified text.
  private static func isTabular(_ row: PageRow, in box: PageBox) -> Bool {
    guard row.segments.count > 1 else { return false }
    let gaps = zip(row.segments, row.segments.dropFirst()).map { $1.box.left - $0.box.right }
    let size = row.size
    let isFull = row.box.width >= 0.9 * box.width
    let total = gaps.reduce(0, +)
    let isText = row.segments.allSatisfy { $0.kind == .text && $0.count > 1 }
    if isFull, isText, total < 0.14 * row.box.width, gaps.allSatisfy({ $0 < 1.6 * size }) { return false }
    return true
  }

  // MARK: Extent

  /// The last line of the run that starts with the tabular line `start`.
  private func lastRow(from start: Int) -> Int {
    var last = start
    var recent = [start]
    var singles = 0
    var wide = 0
    var spaces: [Double] = []
    for index in (start + 1)..<max(start + 1, rows.count) {
      let row = rows[index]
      let space = row.box.top - rows[index - 1].box.bottom
      let em = min(row.size, rows[index - 1].size)
      let usual = spaces.isEmpty ? space : spaces.sorted()[spaces.count / 2]
      if space > 2.8 * em, space > 1.5 * (spaces.max() ?? 0) { break }
      // A heading between two tables.
      if !isTabular[index], space > max(0.9 * em, usual + 0.6 * em), isHeading(row) { break }
      if isTabular[index] {
        guard recent.contains(where: { agree(rows[$0], row) }) else { break }
        if spaces.count < 50 { spaces.append(space) }
        last = index
        singles = 0
        wide = 0
        recent.append(index)
        if recent.count > 6 { recent.removeFirst() }
        continue
      }
      singles += 1
      let crossed = rows[last].segments.dropFirst().count { $0.box.left + $0.size < row.box.right }
      let isWide =
        crossed > 0 && row.box.left < rows[last].segments[1].box.left && row.box.width > 0.55 * box.width
      if isWide { wide += 1 } else { wide = 0 }
      if singles > 14 || wide >= 2 || isWide && row.box.width > 0.85 * box.width { break }
    }
    return last
  }

  /// Whether a line is set as a heading: bold or larger than the line above it.
  private func isHeading(_ row: PageRow) -> Bool {
    row.words.allSatisfy { words[$0].isBold || words[$0].kind == .mark }
  }

  /// Whether two lines have a gap at the same place.
  private func agree(_ first: PageRow, _ second: PageRow) -> Bool {
    var (i, j) = (0, 0)
    let (a, b) = (first.segments, second.segments)
    while i + 1 < a.count, j + 1 < b.count {
      let shared = min(a[i + 1].box.left, b[j + 1].box.left) - max(a[i].box.right, b[j].box.right)
      if shared > 0.3 * max(first.size, second.size) { return true }
      if a[i + 1].box.left < b[j + 1].box.left { i += 1 } else { j += 1 }
    }
    return false
  }

  /// Lines above a table that name its columns: they stand right of its first column, but for that column's own name.
  private func headStart(above first: Int, floor: Int, _ table: PageTable) -> Int {
    var start = first
    while start > floor, first - start < 4 {
      let row = rows[start - 1]
      let space = rows[start].box.top - row.box.bottom
      let isRight = row.box.left > table.columns[0].right
      let isBeside =
        row.segments.count > 1 && table.columns[0].overlap(row.segments[0].box) > 0
        && row.segments[1].box.left > table.columns[0].right
      guard space < 1.2 * row.size, isRight || isBeside,
        row.box.right < (table.columns.last?.right ?? 0) + 2 * row.size
      else { break }
      start -= 1
    }
    return start
  }

  /// Lines below a table that end its last row: they stand in one column, right below, in lower case where that is the
  /// first.
  private func tailEnd(below last: Int, _ table: PageTable) -> Int {
    var end = last
    while end + 1 < rows.count, end - last < 8 {
      let row = rows[end + 1]
      guard row.box.top - rows[end].box.bottom < 0.5 * row.size, row.segments.count == 1,
        let word = row.words.first
      else { break }
      let touched = table.columns.indices.filter { table.columns[$0].overlap(row.box) > 0 }
      guard touched.count == 1, let column = touched.first else { break }
      let isInside = row.box.right <= table.columns[column].right + row.size
      guard isInside, column > 0 || LayoutText.startsLowercase(words[word].text) else { break }
      end += 1
    }
    return end
  }

  /// Whether what was found is a table: enough of its cells stand beside each other.
  private func isSound(_ table: PageTable, tabular: Int) -> Bool {
    let wideRows = table.rows.count { $0.cells.count > 1 }
    guard wideRows >= 2 || tabular >= 2 && wideRows >= 1 else { return false }
    // One or two chance gaps in running text.
    if tabular == 2, table.columns.count == 2 {
      let gap = table.columns[1].left - table.columns[0].right
      let hasNumbers = table.rows.contains { $0.cell(1)?.kind == .number }
      return hasNumbers || gap > 1.2 * rows[0].size
    }
    return true
  }
}
