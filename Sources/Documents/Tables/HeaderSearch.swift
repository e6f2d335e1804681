/// Finds the rows of a table that name its columns, and what stands above them.
///
/// Where the format marks header cells, these decide. Else a row is taken for names when its cells are words, years in
/// steps or dates above cells of another kind; in a table of words alone the first full row is, if its texts are short
/// and come but once. Titles and preambles are the rows above that fill less than half of the columns.
struct HeaderSearch {
  private let layout: TableLayout
  /// Whether a table of one column, and one whose two columns may be labels and values, has names all the same.
  private let expectsNames: Bool
  private let kinds: [[CellKind]]
  /// Rows with text, and how many different cells each has.
  private let filled: [Int]
  private let covered: [Int]

  /// Most lines that name columns.
  private static let mostLines = 4
  /// Rows below a header that are looked at.
  private static let sampledRows = 60
  /// Rows that may stand above it.
  private static let mostTitles = 20

  /// - Parameter expectsNames: the format is one whose first row is names as a rule (CSV).
  /// - Complexity: O(places of the first 80 rows).
  init(_ layout: TableLayout, expectsNames: Bool = false) {
    self.layout = layout
    self.expectsNames = expectsNames
    let rows = min(layout.rowCount, Self.sampledRows + Self.mostTitles)
    kinds = (0..<rows).map { row in
      (0..<layout.columnCount).map { CellKind(layout.text(row, $0)) }
    }
    filled = (0..<rows).map { layout.filled($0).count }
    covered = (0..<rows).map { layout.filled($0).reduce(0) { $0 + $1.columns.count } }
  }

  func header() -> TableHeader {
    var header = found()
    guard header.hasNames else { return header }
    let last = header.rows.upperBound - 1
    header.isSure = header.rows.count > 1 || (evidence(last, bodyFrom: last + 1) ?? 0) > 0 || isMarked(last)
    return header
  }

  private func isMarked(_ row: Int) -> Bool {
    layout.filled(row).allSatisfy { layout.cell($0.slot).isHeader }
  }

  private func found() -> TableHeader {
    let none = TableHeader(valuesFrom: 0, columns: layout.columnCount)
    guard let first = filled.firstIndex(where: { $0 > 0 }) else { return none }
    if let marked = markedHeader() { return marked }
    if layout.grid.marksNames { return none }
    let width = typicalWidth
    var titles: [Int] = []
    var row = first
    while row < kinds.count, titles.count < Self.mostTitles {
      if filled[row] == 0 {
        row += 1
        continue
      }
      if isTitle(row, width: width) {
        titles.append(row)
        row += 1
        continue
      }
      if let lines = lines(at: row) {
        return TableHeader(titles: titles, rows: row..<(row + lines), in: layout)
      }
      return laterHeader(below: row, titles: titles)
        ?? TableHeader(titles: titles, valuesFrom: row, columns: layout.columnCount)
    }
    return none
  }

  // MARK: Marked headers

  /// The rows at the top that hold marked cells only.
  private func markedHeader() -> TableHeader? {
    var titles: [Int] = []
    var start: Int?
    var end = 0
    for row in kinds.indices where filled[row] > 0 {
      let cells = layout.filled(row)
      guard cells.allSatisfy({ layout.cell($0.slot).isHeader }), end - (start ?? end) < Self.mostLines else {
        // Titles of a sheet stand above what its filter or table marks.
        guard start == nil, titles.count < Self.mostTitles, isTitle(row, width: typicalWidth) else { break }
        titles.append(row)
        continue
      }
      if start == nil, cells.count == 1, layout.columnCount > 1,
        cells[0].columns.count == layout.columnCount || !isGroup(row)
      {
        titles.append(row)
        continue
      }
      // A name of all columns in the middle is a section's title.
      if start != nil, cells.count == 1, cells[0].columns.count == layout.columnCount, layout.columnCount > 1
      {
        break
      }
      if start == nil { start = row }
      end = row + 1
    }
    guard let start, kinds.indices.contains(where: { $0 >= end && filled[$0] > 0 }) else { return nil }
    return TableHeader(titles: titles, rows: start..<end, in: layout)
  }

  // MARK: Titles

  /// How many columns most rows fill.
  private var typicalWidth: Int {
    let widths = covered.filter { $0 > 1 }.sorted()
    return widths.isEmpty ? 1 : widths[widths.count / 2]
  }

  /// Whether a row with text is too narrow for names and values, with a wider one below.
  private func isTitle(_ row: Int, width: Int) -> Bool {
    guard width > 1, kinds.indices.contains(where: { $0 > row && filled[$0] > 1 }) else { return false }
    if filled[row] == 1 { return !isGroup(row) }
    return width > 2 && covered[row] * 2 <= width && !hasSpan(row) && !continues(from: row, lines: 1)
  }

  /// Whether the one cell of a row names a group of columns and not the whole table: it spans some of them.
  private func isGroup(_ row: Int) -> Bool {
    guard let only = layout.filled(row).first, only.columns.count > 1, only.columns.lowerBound > 0,
      row + 1 < kinds.count
    else { return false }
    return filled[row + 1] > 1
  }

  private func hasSpan(_ row: Int) -> Bool {
    layout.filled(row).contains { $0.columns.count > 1 }
  }

  // MARK: Unmarked headers

  /// How many rows from `row` on name the columns, or `nil` if it holds values.
  private func lines(at row: Int) -> Int? {
    var lines = 1
    while lines < Self.mostLines, continues(from: row, lines: lines) { lines += 1 }
    if lines > 1 { return lines }
    let isStrong = evidence(row, bodyFrom: row + 1)
    return isStrong.map { $0 > 0 || isFirstOfWords(row) } == true ? 1 : nil
  }

  /// Whether the row below `lines` rows of names goes on with them.
  private func continues(from row: Int, lines: Int) -> Bool {
    let next = row + lines
    guard next < kinds.count, filled[next] > 0, isNames(row), isNames(next),
      kinds.indices.contains(where: { $0 > next && filled[$0] > 0 })
    else { return false }
    // A cell that reaches down from the names says so.
    let above = layout.filled(next - 1)
    let reachesDown = above.contains { cell in
      cell.slot.row < next && layout.slot(next, cell.columns.lowerBound) == cell.slot
    }
    let hasGroups = above.contains { $0.columns.count > 1 && $0.columns.count < layout.columnCount }
    let proof = evidence(next, bodyFrom: next + 1)
    if reachesDown || hasGroups { return proof.map { $0 >= 0 } ?? false }
    guard let proof, proof > 0 else { return false }
    if isUnits(next) { return true }
    // Without spans: groups stand above the first of their columns, and names fill the gaps that they leave.
    guard kinds[next].allSatisfy({ $0 != .number }) else { return false }
    let last = layout.filled(next - 1).last?.columns.lowerBound ?? 0
    let leaves = (0..<layout.columnCount).contains { column in
      layout.text(next - 1, column).isEmpty && !layout.text(next, column).isEmpty
        && (column < last || layout.text(next, 0).isEmpty)
    }
    let texts = (0..<layout.columnCount).map { layout.text(next - 1, $0) }.filter { !$0.isEmpty }
    // `Issued: | 2024-05-01` says something of the whole table.
    if texts.first?.last == 0x3A { return false }
    let repeats = Set(texts).count < texts.count
    return (leaves && covered[next - 1] < covered[next])
      || (repeats && kinds[next].allSatisfy { !$0.isValue })
  }

  /// `(kg)`, `[EUR]`, `%` in most filled cells.
  private func isUnits(_ row: Int) -> Bool {
    let cells = layout.filled(row).map { layout.cell($0.slot).text }
    guard cells.count > 0 else { return false }
    return cells.allSatisfy { text in
      let isBracketed =
        text.first == 0x28 && text.last == 0x29 || text.first == 0x5B && text.last == 0x5D
      return isBracketed || text.elementsEqual("%".utf8) || text.elementsEqual("€".utf8)
    }
  }

  /// Whether all cells of a row can be names: short, and no values but steps of years, numbers or dates.
  private func isNames(_ row: Int) -> Bool {
    var steps: [Double] = []
    var hasWords = false
    for column in 0..<layout.columnCount {
      let text = layout.text(row, column)
      switch kinds[row][column] {
      case .empty: break
      case .text, .code:
        // `Author: | Ann` is a label and its value.
        if text.last == 0x3A, column + 1 < layout.columnCount, !layout.text(row, column + 1).isEmpty,
          layout.text(row, column + 1).last != 0x3A
        {
          return false
        }
        if text.count > (expectsNames ? 4000 : 160) { return false }
        hasWords = true
      case .truth: return false
      case .moment: break
      case .year, .number:
        guard let number = Double(String(decoding: text, as: UTF8.self)) else { return false }
        steps.append(number)
      }
    }
    guard !steps.isEmpty else { return true }
    let isYears = (0..<layout.columnCount).allSatisfy { kinds[row][$0] != .number }
    if isYears, Set(steps).count == steps.count || hasWords { return true }
    return isProgression(steps)
  }

  /// Three or more numbers in even steps upwards, the first no larger than 100.
  private func isProgression(_ steps: [Double]) -> Bool {
    guard steps.count >= 3, steps[0] >= 0, steps[0] <= 100 else { return false }
    let step = steps[1] - steps[0]
    return step > 0 && zip(steps, steps.dropFirst()).allSatisfy { $1 - $0 == step }
  }

  /// How much speaks for a row as the names of what is below, or `nil` if something speaks against it.
  private func evidence(_ row: Int, bodyFrom start: Int) -> Int? {
    guard filled[row] > 0, isNames(row) else { return nil }
    let body = (start..<max(start, min(kinds.count, start + Self.sampledRows))).filter {
      filled[$0] > 0 && !isSame($0, row)
    }
    guard !body.isEmpty else { return nil }
    var score = 0
    for column in 0..<layout.columnCount {
      let kind = kinds[row][column]
      guard kind != .empty else { continue }
      let below = body.filter {
        kinds[$0][column] != .empty && layout.slot($0, column)?.row != layout.slot(row, column)?.row
      }
      guard !below.isEmpty else { continue }
      let values = below.count { kinds[$0][column].isValue }
      let same = below.count { kinds[$0][column] == kind }
      switch kind {
      case .text:
        if values * 5 >= below.count * 3 { score += 2 }
        let codes = below.count { kinds[$0][column] == .code }
        if codes * 5 >= below.count * 4 { score += 1 }
        let text = layout.text(row, column)
        if below.contains(where: { layout.text($0, column) == text }) { return nil }
      case .code:
        if values * 5 >= below.count * 3 { score += 2 }
        let text = layout.text(row, column)
        if below.contains(where: { layout.text($0, column) == text }) { return nil }
      case .year, .moment, .number:
        if same * 2 > below.count {
          // Years above years, numbers above numbers: names only if their steps are even and those below are not.
          guard kind != .moment, isEven(row), !body.contains(where: isEven) else { return nil }
          score += 1
        } else if values * 5 >= below.count * 3 {
          score += 2
        }
      case .empty, .truth: break
      }
    }
    if score == 0, isEmphasized(row), !body.contains(where: isEmphasized) { score += 1 }
    return score
  }

  private func isSame(_ first: Int, _ second: Int) -> Bool {
    (0..<layout.columnCount).allSatisfy { layout.text(first, $0) == layout.text(second, $0) }
  }

  /// Whether the numbers of a row are two or more in even steps.
  private func isEven(_ row: Int) -> Bool {
    let numbers = (0..<layout.columnCount).filter { kinds[row][$0] == .year || kinds[row][$0] == .number }
      .compactMap { Double(String(decoding: layout.text(row, $0), as: UTF8.self)) }
    guard numbers.count >= 2, numbers[1] != numbers[0] else { return false }
    let step = numbers[1] - numbers[0]
    return zip(numbers, numbers.dropFirst()).allSatisfy { $1 - $0 == step }
  }

  private func isEmphasized(_ row: Int) -> Bool {
    let cells = layout.filled(row)
    return !cells.isEmpty
      && cells.allSatisfy { layout.cell($0.slot).isEmphasized || layout.cell($0.slot).isHeader }
  }

  /// Names by their place alone: the first row of a table of words, each short and different.
  private func isFirstOfWords(_ row: Int) -> Bool {
    let texts = layout.filled(row).map { layout.cell($0.slot).text }
    if expectsNames {
      return (covered[row] == layout.columnCount || texts.count > 1) && Set(texts).count * 2 > texts.count
    }
    guard Set(texts).count == texts.count, texts.allSatisfy({ $0.count <= 80 }) else { return false }
    guard texts.count > 1, kinds[row].allSatisfy({ !$0.isValue }) else { return false }
    return layout.columnCount > 2 || !isLabelsAndValues(row)
  }

  /// Whether two columns are a form: labels with a colon, or values of many kinds.
  private func isLabelsAndValues(_ row: Int) -> Bool {
    let body = (row..<kinds.count).filter { filled[$0] > 0 }
    let labels = body.count { layout.text($0, 0).last == 0x3A }
    if labels * 2 > body.count { return true }
    let values = body.count { kinds[$0][1].isValue }
    return body.count > 2 && values > 0
  }

  /// Names below rows that fill as many columns as the table but are not like its values: a long preamble.
  private func laterHeader(below first: Int, titles: [Int]) -> TableHeader? {
    var above = titles + [first]
    var row = first + 1
    while row < kinds.count, above.count <= Self.mostTitles / 2 {
      defer { row += 1 }
      guard filled[row] > 0 else { continue }
      let isBelowBlank = filled[row - 1] == 0
      let isWider = covered[row] > (above.map { covered[$0] }.max() ?? 0)
      if isBelowBlank || isWider, covered[row] * 2 >= typicalWidth,
        let score = evidence(row, bodyFrom: row + 1), score > 1
      {
        let lines = lines(at: row) ?? 1
        return TableHeader(titles: above, rows: row..<(row + lines), in: layout)
      }
      above.append(row)
    }
    return nil
  }
}
