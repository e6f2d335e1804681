/// A run of words beside each other: a line of a column, or a cell of a table.
struct PageSegment: Equatable, Sendable {
  /// Numbers of the page's words, from left to right.
  var words: [Int]
  var box: PageBox
  /// Largest type that stands in it for more than a letter.
  var size: Double
  var kind: LayoutWord.Kind
  /// Letters and digits, about.
  var count: Int

  /// Joins words on one line whose gap is no wider than a space of justified text may be.
  ///
  /// Two numbers need less of a gap to be apart than words: columns of figures stand close.
  ///
  /// - Parameter chosen: numbers of words, any order.
  /// - Complexity: O(words × log words).
  static func find(in words: [LayoutWord], chosen: [Int]) -> [PageSegment] {
    let heights = chosen.map { words[$0].box.height }.sorted()
    let unit = max(0.25, (heights.isEmpty ? 1 : heights[heights.count / 2]) / 4)
    let order = chosen.sorted { left, right in
      let (a, b) = (words[left].box, words[right].box)
      return (a.left, a.top, left) < (b.left, b.top, right)
    }
    var found: [[Int]] = []
    // The run that was last extended at each height of the page, by the middle half of its words: lines may overlap.
    var open: [Int: Int] = [:]
    for number in order {
      let word = words[number]
      let first = Int((word.box.top / unit).rounded(.down))
      let last = min(first + 40, Int((word.box.bottom / unit).rounded(.down)))
      var best: (run: Int, overlap: Double, gap: Double)?
      for height in first...max(first, last) {
        guard let run = open[height], run != best?.run, let tail = found[run].last else { continue }
        let (overlap, gap) = (
          words[tail].box.verticalOverlap(word.box), word.box.left - words[tail].box.right
        )
        guard continues(words[tail], word, overlap: overlap, gap: gap) else { continue }
        if best.map({ (overlap, -gap) > ($0.overlap, -$0.gap) }) ?? true { best = (run, overlap, gap) }
      }
      let run = best?.run ?? found.count
      if best == nil { found.append([number]) } else { found[run].append(number) }
      let (middle, quarter) = (word.box.middle, word.box.height / 4)
      let low = Int(((middle - quarter) / unit).rounded(.down))
      let high = min(low + 40, Int(((middle + quarter) / unit).rounded(.down)))
      for height in low...max(low, high) { open[height] = run }
    }
    return found.map { PageSegment($0, words) }
  }

  private static func continues(
    _ tail: LayoutWord, _ word: LayoutWord, overlap: Double, gap: Double
  ) -> Bool {
    guard overlap >= 0.5 * min(tail.box.height, word.box.height) else { return false }
    let (small, large) = (min(tail.size, word.size), max(tail.size, word.size))
    let em = large > 1.8 * small ? small : large
    // A sign before an amount stands nearer to the amount of the column before than to its own.
    let isNewAmount = tail.kind == .number && (word.kind == .number || LayoutText.isPrefix(word.text))
    let limit = isNewAmount ? 0.45 : 0.75
    return gap <= limit * em && gap >= -0.6 * em
  }

  /// - Parameter numbers: from left to right, not empty.
  init(_ numbers: [Int], _ words: [LayoutWord]) {
    self.words = numbers
    box = numbers.dropFirst().reduce(words[numbers[0]].box) { $0.union(words[$1].box) }
    var size = 0.0
    var count = 0
    var kinds: (text: Int, number: Int, sign: Int) = (0, 0, 0)
    for number in numbers {
      let word = words[number]
      let length = word.text.utf8.count
      count += length
      if length > 1 || numbers.count == 1 { size = max(size, word.size) }
      switch word.kind {
      case .text: kinds.text += 1
      case .number: kinds.number += 1
      case .sign: kinds.sign += 1
      case .mark: break
      }
    }
    self.size = size > 0 ? size : words[numbers[0]].size
    self.count = count
    kind = kinds.text > 0 ? .text : kinds.number > 0 ? .number : kinds.sign > 0 ? .sign : .mark
  }
}

/// Segments on one line of a region, from left to right.
struct PageRow: Equatable, Sendable {
  var segments: [PageSegment]
  var box: PageBox

  var size: Double { segments.reduce(0) { max($0, $1.size) } }
  var words: [Int] { segments.flatMap(\.words) }
  var count: Int { segments.reduce(0) { $0 + $1.count } }

  /// Puts segments that stand on one line together, from the top down.
  ///
  /// - Complexity: O(segments × log segments).
  static func find(in segments: [PageSegment]) -> [PageRow] {
    let order = segments.sorted { ($0.box.middle, $0.box.left) < ($1.box.middle, $1.box.left) }
    var rows: [[PageSegment]] = []
    var core = PageBox(left: 0, top: 0, right: 0, bottom: 0)
    for segment in order {
      if let row = rows.last, segment.box.isOnLine(of: core),
        row.suffix(64).allSatisfy({ $0.box.horizontalOverlap(segment.box) < 0.3 * segment.size })
      {
        rows[rows.count - 1].append(segment)
        if segment.box.height > core.height { core = segment.box }
      } else {
        rows.append([segment])
        core = segment.box
      }
    }
    return rows.map { row in
      let sorted = row.sorted { $0.box.left < $1.box.left }
      return PageRow(
        segments: sorted, box: sorted.dropFirst().reduce(sorted[0].box) { $0.union($1.box) })
    }
  }
}
