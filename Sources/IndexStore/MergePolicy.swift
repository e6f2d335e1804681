/// Decides which segments are merged: a pure function of their sizes, so that an interrupted ingest that goes on
/// ends with the same segments as one that was never interrupted.
///
/// Segments are sorted into tiers by their live chunks, each `factor` times the one below; a tier that has
/// `factor` segments is merged into one. A segment that is mostly deleted is rewritten alone.
package struct MergePolicy: Hashable, Sendable {
  package var factor = 8
  /// Live chunks of the lowest tier.
  package var floor = 2048
  /// A segment is rewritten when more of it than this is deleted.
  package var deletedShare = 0.5

  package init() {}

  package struct Segment: Hashable, Sendable {
    package var number: Int
    package var chunkCount: Int
    package var deletedCount: Int

    package init(number: Int, chunkCount: Int, deletedCount: Int) {
      self.number = number
      self.chunkCount = chunkCount
      self.deletedCount = deletedCount
    }
  }

  /// Numbers of the segments to merge next, rising; empty when all is well.
  ///
  /// - Complexity: O(segments).
  package func nextMerge(_ segments: [Segment]) -> [Int] {
    let ordered = segments.sorted { $0.number < $1.number }
    if let sparse = ordered.first(where: {
      Double($0.deletedCount) > deletedShare * Double($0.chunkCount)
    }) {
      return [sparse.number]
    }
    var tiers: [Int: [Int]] = [:]
    for segment in ordered {
      let tier = tier(of: segment.chunkCount - segment.deletedCount)
      tiers[tier, default: []].append(segment.number)
      if let full = tiers[tier], full.count == factor { return full }
    }
    return []
  }

  private func tier(of live: Int) -> Int {
    var tier = 0
    var limit = floor * factor / 2
    while live >= limit {
      tier += 1
      limit *= factor
    }
    return tier
  }
}
