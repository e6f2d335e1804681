/// Divides a page into regions that are read one after the other: columns of text, and what stands across them.
///
/// A gutter is a vertical strip that few lines cross. Where it has running text on both sides, what is left of it is
/// read before what is right of it, between the lines that cross it. Columns of a table look alike but for that:
/// their cells are short, or begin at the same heights on both sides.
struct PageColumns {
  private let words: [LayoutWord]
  /// Middles of gutters that were found on other pages of the document.
  private let known: [Double]
  /// Gutters of this page.
  private(set) var gutters: [Double] = []

  init(words: [LayoutWord], known: [Double] = []) {
    self.words = words
    self.known = known
  }

  /// The regions of a page in the order of reading; each is a list of segments.
  ///
  /// - Complexity: O(segments × log segments × depth), at most six columns deep.
  mutating func regions(of segments: [PageSegment]) -> [[PageSegment]] {
    split(segments, depth: 0)
  }

  private mutating func split(_ segments: [PageSegment], depth: Int) -> [[PageSegment]] {
    guard depth < 6, segments.count >= 6 else { return segments.isEmpty ? [] : [segments] }
    for gutter in candidates(segments) {
      let runs = runs(of: segments, at: gutter)
      guard runs.contains(where: \.isColumns) else { continue }
      gutters.append(gutter)
      var regions: [[PageSegment]] = []
      for run in runs {
        if run.isColumns {
          regions += split(run.left, depth: depth + 1) + split(run.right, depth: depth + 1)
        } else {
          regions += split(run.left + run.right, depth: depth + 1)
        }
      }
      return regions
    }
    return [segments]
  }

  // MARK: Strips

  /// Middles of vertical strips that are crossed by less than what stands beside them, the emptiest first.
  private func candidates(_ segments: [PageSegment]) -> [Double] {
    var events: [(x: Double, change: Double)] = []
    events.reserveCapacity(segments.count * 2)
    for segment in segments {
      events.append((segment.box.left, max(1, segment.box.height)))
      events.append((segment.box.right, -max(1, segment.box.height)))
    }
    events.sort { ($0.x, -$0.change) < ($1.x, -$1.change) }
    let em = PageColumns.median(segments.map(\.size))
    // Heights of ink above each stretch between two sides.
    var stretches: [(from: Double, to: Double, ink: Double)] = []
    var ink = 0.0
    for (index, event) in events.enumerated() {
      ink += event.change
      guard index + 1 < events.count, events[index + 1].x > event.x else { continue }
      stretches.append((event.x, events[index + 1].x, max(0, ink)))
    }
    var found: [(x: Double, ink: Double)] = []
    var highest = 0.0
    let most = stretches.reduce(0) { max($0, $1.ink) }
    for (index, stretch) in stretches.enumerated() {
      highest = max(highest, stretch.ink)
      guard stretch.to - stretch.from >= 0.6 * em, stretch.ink <= 0.6 * most, stretch.ink < highest,
        index > 0, index + 1 < stretches.count
      else { continue }
      found.append(((stretch.from + stretch.to) / 2, stretch.ink))
    }
    let isKnown = { (x: Double) in known.contains { abs($0 - x) < em } }
    return found.sorted { (isKnown($0.x) ? 0 : 1, $0.ink, $0.x) < (isKnown($1.x) ? 0 : 1, $1.ink, $1.x) }
      .prefix(8).map(\.x)
  }

  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 1 }
    return max(0.1, values.sorted()[values.count / 2])
  }

  // MARK: Runs

  private struct Run {
    var left: [PageSegment] = []
    var right: [PageSegment] = []
    var isColumns = false
  }

  /// What is between the segments that cross `gutter`, each run with its verdict; neighbours that are no columns are
  /// one run, with what crosses.
  private func runs(of segments: [PageSegment], at gutter: Double) -> [Run] {
    let isKnown = known.contains { abs($0 - gutter) < PageColumns.median(segments.map(\.size)) }
    var runs: [Run] = []
    var current = Run()
    func close() {
      guard !current.left.isEmpty || !current.right.isEmpty else { return }
      current.isColumns = areColumns(current, isKnown: isKnown)
      append(current)
      current = Run()
    }
    func append(_ run: Run) {
      if !run.isColumns, let last = runs.last, !last.isColumns {
        runs[runs.count - 1].left += run.left
        runs[runs.count - 1].right += run.right
      } else {
        runs.append(run)
      }
    }
    for segment in segments.sorted(by: { $0.box.middle < $1.box.middle }) {
      if segment.box.right <= gutter {
        current.left.append(segment)
      } else if segment.box.left >= gutter {
        current.right.append(segment)
      } else {
        close()
        append(Run(left: [segment]))
      }
    }
    close()
    return runs
  }

  private func areColumns(_ run: Run, isKnown: Bool) -> Bool {
    let left = Side(PageRow.find(in: run.left), words)
    let right = Side(PageRow.find(in: run.right), words)
    guard left.lines.count >= 2, right.lines.count >= 2 else {
      return isKnown && (left.lines.isEmpty || right.lines.isEmpty || left.isProse || right.isProse)
    }
    if left.isProse && right.isProse { return !rowsAgree(left, right) }
    let aligned = alignedShare(left, right)
    if isKnown {
      return left.isProse || right.isProse || aligned < 0.8 || !(left.isFigures || right.isFigures)
    }
    if left.isProse || right.isProse {
      return aligned < 0.5 && min(left.lines.count, right.lines.count) >= 3
    }
    return false
  }

  /// Lines on one side of a gutter, and whether they are running text.
  private struct Side {
    let lines: [PageRow]
    var isProse = false
    var isFigures = false

    init(_ lines: [PageRow], _ words: [LayoutWord]) {
      self.lines = lines
      guard let first = lines.first else { return }
      let box = lines.dropFirst().reduce(first.box) { $0.union($1.box) }
      var full = 0
      var goesOn = 0
      var count = 0
      var figures = 0
      for line in lines {
        if line.box.width >= 0.72 * box.width { full += 1 }
        count += line.count
        for segment in line.segments where segment.kind != .text { figures += segment.count }
        if let start = line.segments.first?.words.first,
          LayoutText.startsLowercase(words[start].text)
            || LayoutText.isIdeograph(words[start].text.unicodeScalars.first) || words[start].isRightToLeft
        {
          goesOn += 1
        }
      }
      isFigures = figures * 3 > count
      isProse =
        lines.count >= 3 && full * 2 >= lines.count && count >= 16 * lines.count && goesOn * 4 >= lines.count
        && figures * 5 < count
    }
  }

  /// Share of the lines of the side with fewer that have one on the other side at the same height.
  private func alignedShare(_ left: Side, _ right: Side) -> Double {
    let (few, many) = left.lines.count < right.lines.count ? (left, right) : (right, left)
    let heights = many.lines.map(\.box.bottom).sorted()
    let aligned = few.lines.count { line in
      let limit = 0.12 * line.size
      return Self.nearest(heights, line.box.bottom) <= limit
    }
    return Double(aligned) / Double(max(1, few.lines.count))
  }

  /// Whether gaps between lines are at the same heights on both sides: rows of a table with text in its cells.
  private func rowsAgree(_ left: Side, _ right: Side) -> Bool {
    let (a, b) = (Self.starts(left.lines), Self.starts(right.lines))
    guard a.count >= 3, b.count >= 3 else { return false }
    let em = left.lines[0].size
    let shared = a.count { Self.nearest(b, $0) <= 0.3 * em }
    return shared * 5 >= max(a.count, b.count) * 4
  }

  /// Tops of the lines that have more space above them than lines of a paragraph, ascending.
  private static func starts(_ lines: [PageRow]) -> [Double] {
    let steps = zip(lines, lines.dropFirst()).map { $1.box.top - $0.box.top }
    let step = median(steps)
    return [lines[0].box.top]
      + zip(steps, lines.dropFirst()).compactMap { $0 > 1.25 * step ? $1.box.top : nil }
  }

  /// Distance from `value` to the nearest of `sorted`.
  private static func nearest(_ sorted: [Double], _ value: Double) -> Double {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    var best = Double.infinity
    if low < sorted.count { best = sorted[low] - value }
    if low > 0 { best = min(best, value - sorted[low - 1]) }
    return best
  }
}
