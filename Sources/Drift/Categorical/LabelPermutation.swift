import Kernels

/// Draws which rows of the pooled categories or values count as reference, the counts of each being kept.
struct LabelPermutation {
  private var rows: [Int32]
  private let size: Int
  private let referenceTotal: Int
  private var generator: SplitMix64

  /// - Parameters:
  ///   - totals: shape `[k]`, rows of each category on both sides together.
  ///   - referenceTotal: how many of them are reference.
  init(totals: [Int], referenceTotal: Int, seed: UInt64) {
    rows = totals.indices.flatMap { [Int32](repeating: Int32($0), count: totals[$0]) }
    size = totals.count
    self.referenceTotal = referenceTotal
    generator = SplitMix64(seed: seed)
  }

  /// - Returns: counts of the two sides, shape `[k]` each.
  /// - Complexity: O(rows).
  mutating func next() -> (reference: [Int], current: [Int]) {
    var reference = [Int](repeating: 0, count: size)
    var current = reference
    // The smaller side is drawn; what is left is the other one.
    let drawn = min(referenceTotal, rows.count - referenceTotal)
    for place in 0..<drawn { rows.swapAt(place, place + generator.below(rows.count - place)) }
    for place in 0..<drawn { reference[Int(rows[place])] += 1 }
    for place in drawn..<rows.count { current[Int(rows[place])] += 1 }
    return drawn == referenceTotal ? (reference, current) : (current, reference)
  }
}
