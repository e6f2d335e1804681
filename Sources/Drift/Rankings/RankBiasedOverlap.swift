import Foundation

/// How alike two ranked lists are, the heads counting most.
///
/// - Source: Webber, Moffat, Zobel, "A similarity measure for indefinite rankings", ACM Trans. Information Systems 28,
///   2010, equation (32): the overlap extrapolated from lists that end.
package enum RankBiasedOverlap {
  /// - Parameters:
  ///   - reference: best first, no item twice.
  ///   - current: likewise; may have another length.
  ///   - persistence: inside 0…1; with 0.9 the first ten places have 86% of the weight.
  /// - Returns: 1 for equal lists, 0 for lists that share nothing.
  /// - Complexity: O(items).
  package static func extrapolated<Item: Hashable>(
    _ reference: [Item], _ current: [Item], persistence p: Double = 0.9
  ) -> Double {
    precondition(p > 0 && p < 1, "persistence \(p)")
    let (short, long) = reference.count <= current.count ? (reference, current) : (current, reference)
    guard !long.isEmpty else { return 1 }
    guard !short.isEmpty else { return 0 }
    var seenShort: Set<Item> = []
    var seenLong: Set<Item> = []
    /// Items that both heads have.
    var overlap = 0.0
    var overlapAtEndOfShort = 0.0
    var sum = 0.0
    let s = Double(short.count)
    for place in long.indices {
      let depth = Double(place + 1)
      let item = long[place]
      seenLong.insert(item)
      if seenShort.contains(item) { overlap += 1 }
      if place < short.count {
        // An item at the same place of both lists was counted neither above nor before.
        seenShort.insert(short[place])
        if seenLong.contains(short[place]) { overlap += 1 }
        if place == short.count - 1 { overlapAtEndOfShort = overlap }
      } else {
        sum += overlapAtEndOfShort * (depth - s) / (s * depth) * pow(p, depth)
      }
      sum += overlap / depth * pow(p, depth)
    }
    let l = Double(long.count)
    return (1 - p) / p * sum + ((overlap - overlapAtEndOfShort) / l + overlapAtEndOfShort / s) * pow(p, l)
  }
}
