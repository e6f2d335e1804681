/// Makes rows of a table out of its lines: cells that were wrapped, labels of several lines.
struct PageTableRows {
  let lines: [PageTable.Row]
  let columns: [PageTable.Column]
  let words: [LayoutWord]

  /// Rows from the top down, those of the header marked.
  ///
  /// - Complexity: O(cells).
  func merged() -> [PageTable.Row] {
    let count = atGap(headerLines())
    let header = PageTableHeader(columns: columns, words: words).rows(Array(lines[..<count]))
    let body = Array(lines[count...])
    return header + (mergedBySpace(body) ?? mergedByWords(body))
  }

  var hasFigures: Bool { !columnsOfFigures().isEmpty }

  // MARK: Header

  /// How many lines at the top name columns: those before the first line that has both a label and figures, where
  /// figures follow; years are names.
  private func headerLines() -> Int {
    guard lines.count > 1 else { return 0 }
    let figureColumns = columnsOfFigures()
    guard !figureColumns.isEmpty else { return boldHeader() }
    var count = 0
    for line in lines.prefix(8) {
      let hasFigures = line.cells.contains { figureColumns.contains($0.column) && isFigure($0) }
      if hasFigures { break }
      // A line with nothing but a label of the first column begins the body, unless columns are named below it.
      count += 1
    }
    while count > 0, isLabelOnly(lines[count - 1]) { count -= 1 }
    return count < lines.count ? count : 0
  }

  /// `count`, or fewer where more space than between lines parts names from a label of several lines below.
  private func atGap(_ count: Int) -> Int {
    guard count > 0 else { return count }
    let limit = groupLimit(lines)
    let step = lines[count].box.bottom - lines[count - 1].box.bottom
    // Half a step: the first line of a cell beside a label in the middle of its row.
    if step < 0.75 * lines[count].box.height {
      return (1..<count).last { lines[$0].box.bottom - lines[$0 - 1].box.bottom > limit } ?? 0
    }
    let border = (1..<count).last { lines[$0].box.bottom - lines[$0 - 1].box.bottom > limit }
    guard let border, lines[count].box.bottom - lines[count - 1].box.bottom <= limit else { return count }
    return border
  }

  private func columnsOfFigures() -> Set<Int> {
    var figures: [Int: Int] = [:]
    var others: [Int: Int] = [:]
    for line in lines {
      for cell in line.cells where cell.column > 0 {
        if isFigure(cell) {
          figures[cell.column, default: 0] += 1
        } else {
          others[cell.column, default: 0] += 1
        }
      }
    }
    return Set(figures.filter { $0.value * 2 > others[$0.key, default: 0] }.keys)
  }

  /// The first line, where it is bold and those below are not.
  private func boldHeader() -> Int {
    func isBold(_ line: PageTable.Row) -> Bool {
      line.cells.allSatisfy { cell in cell.lines.allSatisfy { $0.allSatisfy { words[$0].isBold } } }
    }
    var count = 0
    while count < min(4, lines.count), isBold(lines[count]) { count += 1 }
    while count > 0, isLabelOnly(lines[count - 1]) { count -= 1 }
    return count < lines.count && count > 0 && lines[..<count].contains { $0.cells.count > 1 } ? count : 0
  }

  private func isLabelOnly(_ line: PageTable.Row) -> Bool {
    line.cells.count == 1 && line.cells[0].column == 0
  }

  /// An amount: figures that are no year.
  private func isFigure(_ cell: PageTable.Cell) -> Bool {
    guard cell.kind == .number else {
      // An amount with its unit: `31 EUR`, `5 kg`.
      guard cell.kind == .text, let line = cell.lines.first, (2...3).contains(line.count) else {
        return false
      }
      return words[line[0]].kind == .number && !LayoutText.isName(words[line[0]].text)
    }
    return !cell.lines.allSatisfy { $0.allSatisfy { LayoutText.isName(words[$0].text) } }
  }

  // MARK: Wrapped cells

  /// Rows as the space between lines groups them, or `nil` where space says nothing: all steps are alike.
  private func mergedBySpace(_ lines: [PageTable.Row]) -> [PageTable.Row]? {
    guard lines.count >= 3 else { return nil }
    let steps = zip(lines, lines.dropFirst()).map { $1.box.bottom - $0.box.bottom }
    let limit = groupLimit(lines)
    guard steps.contains(where: { $0 > limit }), steps.contains(where: { $0 <= limit }) else { return nil }
    var groups: [[PageTable.Row]] = [[lines[0]]]
    for (step, line) in zip(steps, lines.dropFirst()) {
      if step > limit { groups.append([line]) } else { groups[groups.count - 1].append(line) }
    }
    var merged: [PageTable.Row] = []
    for group in groups {
      if isOneRow(group) {
        merged.append(group.dropFirst().reduce(group[0]) { joined($0, $1) })
      } else {
        merged += mergedByWords(group)
      }
    }
    return merged
  }

  /// The largest step between two lines of one cell.
  private func groupLimit(_ lines: [PageTable.Row]) -> Double {
    let steps = zip(lines, lines.dropFirst()).map { $1.box.bottom - $0.box.bottom }.sorted()
    let heights = lines.map(\.box.height).sorted()
    guard let smallest = steps.isEmpty ? nil : steps[steps.count / 20] else { return 0 }
    return max(smallest, 1.02 * heights[heights.count / 2]) * 1.3
  }

  /// Whether lines without space between them are one row: no column has two amounts, and most cells below the first
  /// line go on with those above, which reach the end of their columns, or begin in lower case.
  private func isOneRow(_ group: [PageTable.Row]) -> Bool {
    guard group.count > 1 else { return true }
    var amounts: Set<Int> = []
    for line in group {
      for cell in line.cells where cell.kind == .number {
        guard amounts.insert(cell.column).inserted else { return false }
      }
    }
    var goOn = 0
    var count = 0
    var above: [Int: PageTable.Cell] = [:]
    for line in group {
      for cell in line.cells {
        if let last = above[cell.column], let first = cell.lines.first?.first {
          count += 1
          if LayoutText.startsLowercase(words[first].text) || isFull(last, before: first) { goOn += 1 }
        }
        above[cell.column] = cell
      }
    }
    return goOn * 5 >= count * 3
  }

  /// Whether the last line of a cell has no room for the word.
  private func isFull(_ cell: PageTable.Cell, before word: Int) -> Bool {
    guard let last = cell.lines.last?.last else { return false }
    let column = columns[min(cell.column + cell.span, columns.count) - 1]
    return column.right - words[last].box.right < words[word].box.width + 0.3 * words[word].size
  }

  /// Rows as the words group them: a line goes on with the row above where it has no label and no amounts, or its
  /// label goes on in lower case.
  private func mergedByWords(_ lines: [PageTable.Row]) -> [PageTable.Row] {
    var rows: [PageTable.Row] = []
    for line in lines {
      guard let last = rows.last else {
        rows.append(line)
        continue
      }
      let isNear = line.box.top - last.box.bottom < 0.8 * max(1, line.box.height)
      if isNear, goesOn(last, line) { rows[rows.count - 1] = joined(last, line) } else { rows.append(line) }
    }
    return rows
  }

  private func goesOn(_ row: PageTable.Row, _ line: PageTable.Row) -> Bool {
    let hasAmounts = line.cells.contains { $0.column > 0 && $0.kind != .text }
    guard let label = line.cell(0) else {
      // Text under text of the same columns; an amount under nothing.
      if hasAmounts {
        return isLabelOnly(row) && !endsWithColon(row) && line.box.top < row.box.bottom
      }
      return line.cells.allSatisfy { cell in row.cell(cell.column)?.kind == .text }
    }
    guard label.kind == .text, let first = label.lines.first?.first else { return false }
    let isLower = LayoutText.startsLowercase(words[first].text)
    if isLabelOnly(line) {
      // The end of a label whose amounts stand in its first line.
      return isLower && row.cells.count > 1 && row.cell(0) != nil
        || isLower && isLabelOnly(row) && !endsWithColon(row)
    }
    if isLabelOnly(row), !endsWithColon(row) { return isLower || endsOpen(row) }
    // All cells go on in lower case where the row above has text.
    return isLower && !hasAmounts
      && line.cells.allSatisfy { cell in row.cell(cell.column)?.kind == .text }
  }

  private func endsWithColon(_ row: PageTable.Row) -> Bool {
    guard let last = row.cells.first?.lines.last?.last else { return false }
    return words[last].text.hasSuffix(":")
  }

  /// Whether a label ends in the middle of a phrase.
  private func endsOpen(_ row: PageTable.Row) -> Bool {
    guard let last = row.cells.first?.lines.last?.last else { return false }
    switch words[last].text.lowercased() {
    case "of", "and", "the", "for", "to", "in", "on", "by", "from", "with", "at", "or", "a", "und", "der",
      "die", "des",
      "für", "von", "et", "de", "du", "la", "y", "e":
      return true
    default: return words[last].text.hasSuffix(",") || words[last].text.hasSuffix("-")
    }
  }

  private func joined(_ row: PageTable.Row, _ line: PageTable.Row) -> PageTable.Row {
    var row = row
    row.box = row.box.union(line.box)
    for cell in line.cells {
      if let index = row.cells.firstIndex(where: { $0.column == cell.column }) {
        row.cells[index].lines += cell.lines
        row.cells[index].span = max(row.cells[index].span, cell.span)
        if cell.kind == .text { row.cells[index].kind = .text }
      } else {
        row.cells.append(cell)
      }
    }
    row.cells.sort { $0.column < $1.column }
    // A cell that spans ends where another begins.
    for index in row.cells.indices.dropLast() {
      row.cells[index].span = min(
        row.cells[index].span, row.cells[index + 1].column - row.cells[index].column)
    }
    return row
  }
}
