/// A table found on a page: columns, and rows of cells made of words.
struct PageTable: Equatable, Sendable {
  struct Cell: Equatable, Sendable {
    var column: Int
    var span = 1
    /// Numbers of words, line by line.
    var lines: [[Int]]
    var kind: LayoutWord.Kind
  }

  struct Row: Equatable, Sendable {
    /// By column.
    var cells: [Cell]
    var box: PageBox
    var isHeader = false

    func cell(_ column: Int) -> Cell? { cells.first { $0.column == column } }
  }

  struct Column: Equatable, Sendable {
    var left: Double
    var right: Double
    /// How many cells it is made of.
    var count = 1

    func overlap(_ box: PageBox) -> Double { min(right, box.right) - max(left, box.left) }
  }

  var columns: [Column]
  var rows: [Row]
  /// Whether it has columns of amounts, so that rows of names are known where there are any.
  var hasFigures = false

  /// - Parameter rows: lines of the table from the top down.
  /// - Returns: `nil` where the lines have no columns in common.
  /// - Complexity: O(segments × (log segments + columns)), with at most 64 columns.
  init?(rows: [PageRow], words: [LayoutWord]) {
    // Names stand above their columns, but seldom exactly: the values say where columns are.
    let body = rows[(Self.firstAmounts(rows, words) ?? 0)...]
    var columns = Self.columns(of: Array(body))
    if columns.count > 1 { Self.mergeSigns(&columns, Array(body), words) }
    if columns.count < 2 {
      columns = Self.columns(of: rows)
      if columns.count > 1 { Self.mergeSigns(&columns, rows, words) }
    }
    guard columns.count >= 2, columns.count <= 64 else { return nil }
    let lines = rows.map { Self.cells(of: $0, columns, words) }
    let used = Set(lines.flatMap { $0.cells.map(\.column) })
    guard used.count >= 2 else { return nil }
    self.columns = columns
    let merging = PageTableRows(lines: lines, columns: columns, words: words)
    self.rows = merging.merged()
    hasFigures = merging.hasFigures
  }

  // MARK: Columns

  /// The first line with a label and an amount that is no year, where two and more have one.
  private static func firstAmounts(_ rows: [PageRow], _ words: [LayoutWord]) -> Int? {
    let found = rows.indices.filter { index in
      rows[index].segments.dropFirst().contains { segment in
        segment.kind == .number && !segment.words.allSatisfy { LayoutText.isName(words[$0].text) }
      }
    }
    return found.count > 1 ? found.first : nil
  }

  /// Stretches of the page that hold the cells of one column each.
  ///
  /// Narrow segments come first, so that one over several columns is seen to span them. Two columns are one where
  /// more segments reach over both than there are lines with a segment in each: a gap inside of a cell.
  private static func columns(of rows: [PageRow]) -> [Column] {
    let tabular = rows.filter { $0.segments.count > 1 }
    let segments = tabular.flatMap(\.segments).sorted {
      ($0.box.width, $0.box.left) < ($1.box.width, $1.box.left)
    }
    var columns: [Column] = []
    var spans: [Range<Int>] = []
    var spanning: [PageBox] = []
    for segment in segments {
      let touched = columns.indices.filter { columns[$0].overlap(segment.box) > 0.05 * segment.size }
      switch touched.count {
      case 0:
        guard columns.count < 200 else { return [] }
        columns.append(Column(left: segment.box.left, right: segment.box.right))
      case 1:
        let index = touched[0]
        columns[index].left = min(columns[index].left, segment.box.left)
        columns[index].right = max(columns[index].right, segment.box.right)
        columns[index].count += 1
      default: spanning.append(segment.box)
      }
    }
    columns.sort { $0.left < $1.left }
    // Growing columns may have met.
    var joined: [Column] = []
    for column in columns {
      if let last = joined.last, column.left < last.right {
        joined[joined.count - 1].right = max(last.right, column.right)
        joined[joined.count - 1].count += column.count
      } else {
        joined.append(column)
      }
    }
    columns = joined
    guard columns.count > 1, columns.count <= 200 else { return columns }
    spans = spanning.map { box in
      let touched = columns.indices.filter { columns[$0].overlap(box) > 0 }
      return (touched.first ?? 0)..<(touched.last ?? 0)
    }
    var bridges = [Int](repeating: 0, count: columns.count)
    for span in spans { for border in span { bridges[border] += 1 } }
    var apart = [Int](repeating: 0, count: columns.count)
    for row in tabular {
      let own = row.segments.map { segment in columns.indices.filter { columns[$0].overlap(segment.box) > 0 }
      }
      for (first, second) in zip(own, own.dropFirst()) {
        if let end = first.last, let start = second.first, end < start {
          for border in end..<start { apart[border] += 1 }
        }
      }
    }
    var merged: [Column] = []
    for (index, column) in columns.enumerated() {
      if index > 0, bridges[index - 1] > apart[index - 1], let last = merged.last {
        merged[merged.count - 1].right = max(last.right, column.right)
        merged[merged.count - 1].count += column.count
      } else {
        merged.append(column)
      }
    }
    return merged
  }

  /// Columns that hold nothing but currency and percent signs or marks of notes belong to the numbers beside them.
  private static func mergeSigns(_ columns: inout [Column], _ rows: [PageRow], _ words: [LayoutWord]) {
    var kinds = [(prefixes: Int, suffixes: Int, others: Int)](repeating: (0, 0, 0), count: columns.count)
    for row in rows {
      for segment in row.segments {
        let touched = columns.indices.filter { columns[$0].overlap(segment.box) > 0 }
        guard let index = touched.first, touched.count == 1 else { continue }
        let text = words[segment.words[0]].text
        if segment.words.count == 1, LayoutText.isPrefix(text) {
          kinds[index].prefixes += 1
        } else if segment.kind == .sign || segment.words.count == 1 && LayoutText.isNoteMark(text) {
          kinds[index].suffixes += 1
        } else {
          kinds[index].others += 1
        }
      }
    }
    var merged: [Column] = []
    var pendingLeft: Double?
    for (index, column) in columns.enumerated() {
      var column = column
      if let left = pendingLeft { column.left = min(left, column.left) }
      let own = kinds[index]
      let isSigns = own.prefixes + own.suffixes > 0 && own.others == 0
      if isSigns, own.prefixes >= own.suffixes, index + 1 < columns.count {
        pendingLeft = column.left
        continue
      }
      pendingLeft = nil
      if isSigns, let last = merged.last, merged.count > 1 {
        merged[merged.count - 1].right = max(last.right, column.right)
        continue
      }
      merged.append(column)
    }
    columns = merged
  }

  // MARK: Cells

  /// A line of the table: its segments put into columns.
  private static func cells(of row: PageRow, _ columns: [Column], _ words: [LayoutWord]) -> Row {
    var cells: [Cell] = []
    func add(_ numbers: [Int], _ first: Int, _ last: Int) {
      let kind = PageSegment(numbers, words).kind
      if let previous = cells.last, previous.column + previous.span > first {
        // Two segments in one column: a sign and its number, or words with a wide gap.
        cells[cells.count - 1].lines[0] += numbers
        cells[cells.count - 1].span = max(previous.span, last - previous.column + 1)
        cells[cells.count - 1].kind = PageSegment(cells[cells.count - 1].lines[0], words).kind
      } else {
        cells.append(Cell(column: first, span: last - first + 1, lines: [numbers], kind: kind))
      }
    }
    for segment in row.segments {
      let touched = columns.indices.filter { columns[$0].overlap(segment.box) > 0.1 * segment.size }
      guard let first = touched.first, let last = touched.last else {
        let nearest = columns.indices.min {
          -columns[$0].overlap(segment.box) < -columns[$1].overlap(segment.box)
        }
        add(segment.words, nearest ?? 0, nearest ?? 0)
        continue
      }
      guard first < last else {
        add(segment.words, first, first)
        continue
      }
      for piece in pieces(of: segment, columns, words) {
        let box = PageSegment(piece, words).box
        // A piece starts in the column of its first word and goes no further than the next piece.
        let own = touched.filter { columns[$0].overlap(box) > 0.1 * segment.size }
        let start = own.first ?? first
        add(piece, start, max(start, own.last ?? start))
      }
    }
    return Row(cells: cells, box: row.box)
  }

  /// Cuts a segment over several columns where a gap between its words stands between two columns and is wider than
  /// a space, or figures stand on both sides.
  private static func pieces(
    of segment: PageSegment, _ columns: [Column], _ words: [LayoutWord]
  ) -> [[Int]] {
    func column(_ box: PageBox) -> Int {
      columns.indices.max { columns[$0].overlap(box) < columns[$1].overlap(box) } ?? 0
    }
    let touched = columns.filter { $0.overlap(segment.box) > 0 }.dropFirst()
    var pieces: [[Int]] = []
    for number in segment.words {
      if let last = pieces.last?.last {
        let gap = words[number].box.left - words[last].box.right
        // A word that begins where its column does needs no wide gap.
        let isAtEdge = touched.contains { abs($0.left - words[number].box.left) < 0.15 * segment.size }
        let areFigures = words[last].kind != .text && words[number].kind != .text
        let least = areFigures ? 0.2 : words[number].kind == .number ? 0.35 : 0.5
        let isBetween = column(words[last].box) != column(words[number].box) && gap > least * segment.size
        if isBetween || isAtEdge && gap > 0.4 * segment.size {
          pieces.append([number])
          continue
        }
      }
      if pieces.isEmpty { pieces.append([]) }
      pieces[pieces.count - 1].append(number)
    }
    return pieces
  }
}
