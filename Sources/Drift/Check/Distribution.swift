import Tables

/// What is needed to draw a column's two distributions over each other.
package struct Distribution: Hashable, Sendable, Codable {
  /// Shape `[bins + 1]`; empty for categories.
  package var edges: [Double] = []
  /// Shape `[bins]`; empty for numbers.
  package var categories: [CategoryName] = []
  /// Shape `[bins]`. Categories beyond the commonest are left out.
  package var reference: [Int] = []
  package var current: [Int] = []
  /// Quantiles at ``levels``; empty for categories.
  package var referenceQuantiles: [Double] = []
  package var currentQuantiles: [Double] = []

  package static let levels = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]
  static let binCount = 40
  static let largestCategoryCount = 30

  /// Bins of equal width over the middle 98% of both sides, the outer ones taking what is beyond.
  ///
  /// - Complexity: O(values).
  package init(_ pair: SamplePair) {
    referenceQuantiles = Self.levels.map { Self.quantile(pair.reference.sorted, $0) }
    currentQuantiles = Self.levels.map { Self.quantile(pair.current.sorted, $0) }
    let low = min(referenceQuantiles[1], currentQuantiles[1])
    let high = max(referenceQuantiles[7], currentQuantiles[7])
    let bins = low < high ? Self.binCount : 1
    let step = low < high ? (high - low) / Double(bins) : 1
    edges = (0...bins).map { low + step * Double($0) }
    reference = [Int](repeating: 0, count: bins)
    current = reference
    var bin = 0
    for index in pair.values.indices {
      while bin + 1 < bins, pair.values[index] >= edges[bin + 1] { bin += 1 }
      reference[bin] += pair.referenceCounts[index]
      current[bin] += pair.currentCounts[index]
    }
  }

  /// The commonest categories, most rows first.
  package init(_ counts: CategoryCounts) {
    let order = counts.names.indices.sorted {
      (counts.reference[$1] + counts.current[$1], $0) < (counts.reference[$0] + counts.current[$0], $1)
    }.prefix(Self.largestCategoryCount)
    categories = order.map { counts.names[$0] }
    reference = order.map { counts.reference[$0] }
    current = order.map { counts.current[$0] }
  }

  /// Linear between neighbours.
  static func quantile(_ sorted: [Double], _ level: Double) -> Double {
    let place = level * Double(sorted.count - 1)
    let index = Int(place)
    let next = min(index + 1, sorted.count - 1)
    return sorted[index] + (place - Double(index)) * (sorted[next] - sorted[index])
  }

  enum CodingKeys: String, CodingKey {
    case edges, categories, reference, current
    case referenceQuantiles = "reference_quantiles"
    case currentQuantiles = "current_quantiles"
  }
}
