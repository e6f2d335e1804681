/// Puts measured units of text together to passages of at most a budget of tokens.
struct PassagePacker {
  /// A block, or a piece of a block that is larger than a passage.
  struct Unit: Equatable {
    var range: Range<Int>
    /// Tokens.
    var cost: Int
    /// The block this is a piece of, by number, or `nil` for a whole block.
    var cutBlock: Int?
    /// Whether overlap may start inside a piece: in prose, not in tables and code.
    var isProse = true
    /// A passage doesn't end after this: it is a heading.
    var isHeading = false
    /// A passage ends before this.
    var startsPassage = false
    /// Column names that a passage which starts with this piece of a table carries, and their tokens.
    var header: Range<Int>?
    var headerCost = 0
  }

  let text: MeasuredText
  /// Most tokens of a passage.
  let budget: Int
  /// Most tokens repeated between two pieces of one block.
  let overlap: Int

  /// The passages that hold `units`, in order; `headingPath` is put at each.
  ///
  /// - Complexity: O(text of the units).
  func pack(_ units: [Unit], headingPath: [String]) -> [Passage] {
    var out: [Passage] = []
    var start = 0
    while start < units.count {
      var end = start + 1
      while end < units.count, !units[end].startsPassage { end += 1 }
      packRun(units[start..<end], headingPath, into: &out)
      start = end
    }
    return out
  }

  private func packRun(_ units: ArraySlice<Unit>, _ headingPath: [String], into out: inout [Passage]) {
    var remaining = units.reduce(0) { $0 + $1.cost }
    var first = units.startIndex
    var previousStart: Int?
    // How much longer joined text was than its units' sum, so that the next passage is not tried too long again.
    var inflation = 1.0
    while first < units.endIndex {
      var begin = units[first].range.lowerBound
      let header = units[first].header
      var used = units[first].headerCost
      if let previousStart,
        let piece = overlapPiece(before: first, in: units, after: previousStart, inflation)
      {
        begin = piece.range.lowerBound
        used += piece.cost
      }
      let taken = take(units, from: first, used: used, remaining: remaining, inflation)
      var end = taken
      (begin, end) = fit(units, from: first, begin: begin, end: end)
      let lostOverlap = used > units[first].headerCost && begin == units[first].range.lowerBound
      if end < taken || lostOverlap {
        let sum = units[first..<end].reduce(0) { $0 + $1.cost }
        let cost = text.cost(units[first].range.lowerBound..<units[end - 1].range.upperBound, limit: budget)
        inflation = max(inflation, Double(cost) / Double(sum))
      } else {
        inflation = max(1, inflation * 0.9)
      }
      for unit in units[first..<end] { remaining -= unit.cost }
      let carried = header.flatMap { $0.upperBound <= begin ? $0 : nil }
      out.append(
        Passage(range: begin..<units[end - 1].range.upperBound, headingPath: headingPath, header: carried))
      previousStart = begin
      first = end
    }
  }

  /// How many units the next passage takes: what makes the passages of the run even, within the budget.
  private func take(
    _ units: ArraySlice<Unit>, from first: Int, used: Int, remaining: Int, _ inflation: Double
  ) -> Int {
    let room = max(1, Int(Double(budget - used) / inflation))
    let passages = (remaining + room - 1) / room
    let even = (remaining + passages - 1) / max(1, passages)
    var sum = 0
    var end = first
    while end < units.endIndex {
      let next = units[end].cost
      if end > first {
        if sum + next > room { break }
        if !units[end - 1].isHeading, sum + next / 2 > even { break }
      }
      sum += next
      end += 1
    }
    return withoutHeadingsAtEnd(units, from: first, end: end)
  }

  /// Leaves a heading to the passage below it, unless the passage is nothing but headings.
  private func withoutHeadingsAtEnd(_ units: ArraySlice<Unit>, from first: Int, end: Int) -> Int {
    guard end < units.endIndex else { return end }
    var last = end
    while last > first, units[last - 1].isHeading { last -= 1 }
    return last > first ? last : end
  }

  /// Gives up units, and then the overlap, until the passage as a whole is within the budget.
  ///
  /// Tokens of joined text can be more than the sum of its parts', and blanks between units count too.
  private func fit(_ units: ArraySlice<Unit>, from first: Int, begin: Int, end: Int) -> (begin: Int, end: Int)
  {
    var begin = begin
    var end = end
    let budget = max(1, budget - units[first].headerCost)
    while true {
      let cost = text.cost(begin..<units[end - 1].range.upperBound, limit: budget)
      if cost <= budget { return (begin, end) }
      let count = end - first
      if count > 1 {
        // In proportion to the excess, so that few measurements are enough.
        let keep = min(count - 1, max(1, count * budget / cost))
        end = withoutHeadingsAtEnd(units, from: first, end: first + keep)
      } else if begin < units[first].range.lowerBound {
        begin = units[first].range.lowerBound
      } else {
        return (begin, end)
      }
    }
  }

  /// The text to repeat in front of the unit at `first`, if it goes on with a cut block.
  private func overlapPiece(
    before first: Int, in units: ArraySlice<Unit>, after previousStart: Int, _ inflation: Double
  )
    -> MeasuredText.Piece?
  {
    guard overlap > 0, let block = units[first].cutBlock, first > units.startIndex,
      units[first - 1].cutBlock == block
    else { return nil }
    let room = Int(Double(min(overlap, budget - units[first].headerCost - units[first].cost)) / inflation)
    var used = 0
    var start = first
    var floor = previousStart + 1
    while start > units.startIndex, units[start - 1].cutBlock == block {
      let unit = units[start - 1]
      guard unit.range.lowerBound >= floor, used + unit.cost <= room else { break }
      used += unit.cost
      start -= 1
    }
    if start < first {
      return MeasuredText.Piece(
        range: units[start].range.lowerBound..<units[first].range.lowerBound, cost: used)
    }
    guard units[first].isProse else { return nil }
    // Inside the piece before, so that nothing of another block is repeated.
    floor = max(floor, units[first - 1].range.lowerBound)
    let piece = text.overlapStart(before: units[first - 1].range.upperBound, floor: floor, tokens: room)
    return piece.range.isEmpty ? nil : piece
  }
}
