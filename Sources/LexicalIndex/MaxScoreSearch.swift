import Kernels

/// BM25 of one term of a query.
struct TermScorer {
  var cursor: PostingCursor
  private let weight: Float
  private let k1: Float
  /// `k1 × (1 − b)` and `k1 × b / average length`.
  private let base: Float
  private let slope: Float

  init(list: PostingList, weight: Float, parameters: BM25Parameters, averageLength: Double) {
    cursor = PostingCursor(list)
    self.weight = weight
    k1 = Float(parameters.k1)
    base = Float(parameters.k1 * (1 - parameters.b))
    slope = Float(parameters.k1 * parameters.b / averageLength)
  }

  @inline(__always)
  func score(_ frequency: UInt32, length: UInt32) -> Float {
    let f = Float(frequency)
    return weight * f / (f + base + slope * Float(length))
  }
}

/// Finds the best chunks document by document, and passes over what cannot be among them.
///
/// Terms are split in two: the essential ones can lift a chunk over the threshold, the others only together with them.
/// A chunk's score is always the sum of its terms' scores in the order of the query, so that it equals an exhaustive
/// computation bit for bit; bounds are compared with a margin above rounding.
struct MaxScoreSearch {
  private var scorers: [TermScorer]
  private let lengths: UnsafeBufferPointer<UInt32>
  private var top: TopK
  private let allowed: OrdinalSet?
  /// Indices of `scorers` by rising bound.
  private var order: [Int]
  private var bounds: [Float]
  /// `prefix[i]`: sum of the bounds of `order[0...i]`.
  private var prefix: [Float] = []
  /// Scores of the chunk at hand by scorer; `nil` where the term is not in it.
  private var parts: [Float]

  private static let margin: Float = 1.000_01

  init(scorers: [TermScorer], lengths: UnsafeBufferPointer<UInt32>, k: Int, allowed: OrdinalSet?) {
    self.scorers = scorers
    self.lengths = lengths
    self.allowed = allowed
    top = TopK(capacity: k)
    bounds = scorers.map { scorer in
      let limits = scorer.cursor.listBounds(lengths: lengths)
      return scorer.score(limits.frequency, length: limits.length) * Self.margin
    }
    let bounds = bounds
    order = scorers.indices.sorted { (bounds[$0], $0) < (bounds[$1], $1) }
    parts = [Float](repeating: 0, count: scorers.count)
    var sum: Float = 0
    for index in order {
      sum += bounds[index]
      prefix.append(sum * Self.margin)
    }
  }

  mutating func run() -> [ScoredOrdinal] {
    guard !scorers.isEmpty, top.capacity > 0 else { return [] }
    var firstEssential = 0
    while firstEssential < order.count {
      var next = PostingCursor.end
      for place in firstEssential..<order.count { next = min(next, scorers[order[place]].cursor.ordinal) }
      if next == PostingCursor.end { break }
      if allowed.map({ $0.contains(next) }) ?? true {
        offer(next, firstEssential: firstEssential)
      }
      for place in firstEssential..<order.count where scorers[order[place]].cursor.ordinal == next {
        scorers[order[place]].cursor.advance()
      }
      let threshold = top.threshold
      while firstEssential < order.count, prefix[firstEssential] < threshold { firstEssential += 1 }
    }
    return top.sorted()
  }

  private mutating func offer(_ ordinal: Ordinal, firstEssential: Int) {
    let length = lengths[Int(ordinal)]
    var reached: Float = 0
    for index in parts.indices { parts[index] = 0 }
    for place in firstEssential..<order.count {
      let index = order[place]
      guard scorers[index].cursor.ordinal == ordinal else { continue }
      parts[index] = scorers[index].score(scorers[index].cursor.frequency, length: length)
      reached += parts[index]
    }
    let threshold = top.threshold
    var place = firstEssential - 1
    while place >= 0 {
      if (reached + prefix[place]) * Self.margin < threshold { return }
      let index = order[place]
      if let limits = scorers[index].cursor.blockBounds(for: ordinal) {
        // What this term can add here is less than what it can add anywhere.
        let here = scorers[index].score(limits.frequency, length: limits.length) * Self.margin
        let below = place > 0 ? prefix[place - 1] : 0
        if (reached + here + below) * Self.margin < threshold { return }
      }
      scorers[index].cursor.seek(ordinal)
      if scorers[index].cursor.ordinal == ordinal {
        parts[index] = scorers[index].score(scorers[index].cursor.frequency, length: length)
        reached += parts[index]
      }
      place -= 1
    }
    var score: Float = 0
    for part in parts { score += part }
    top.offer(ScoredOrdinal(ordinal: ordinal, score: score))
  }
}
