import Foundation

/// Counts of two samples over the same bins.
package struct SharedBins: Hashable, Sendable {
  /// Shape `[bins + 1]`; empty where each distinct value has its own bin.
  package var edges: [Double]
  /// Shape `[bins]`.
  package var referenceCounts: [Int]
  /// Shape `[bins]`.
  package var currentCounts: [Int]

  package init(edges: [Double] = [], referenceCounts: [Int], currentCounts: [Int]) {
    self.edges = edges
    self.referenceCounts = referenceCounts
    self.currentCounts = currentCounts
  }

  /// Bins for PSI, KL and Jensen-Shannon: Sturges' over all rows where the reference has more than 20 distinct values,
  /// else one a distinct value.
  ///
  /// - Complexity: O(values).
  package init(_ pair: SamplePair) {
    let distinct = pair.referenceCounts.count { $0 > 0 }
    if distinct > 20 {
      self.init(pair, sturgesCount: pair.n + pair.m)
    } else {
      self.init(referenceCounts: pair.referenceCounts, currentCounts: pair.currentCounts)
    }
  }

  /// Bins for Hellinger: Sturges' over the distinct values.
  ///
  /// - Complexity: O(values).
  package static func overDistinctValues(_ pair: SamplePair) -> SharedBins {
    SharedBins(pair, sturgesCount: pair.values.count)
  }

  /// Equal widths by Sturges' rule, the last bin closed on the right. Columns of whole numbers get bins of at least 1.
  ///
  /// - Source: Sturges, "The choice of a class interval", J. American Stat. Association 21, 1926; NumPy 2's
  ///   `histogram_bin_edges` for what is done with ranges of zero and with whole numbers.
  private init(_ pair: SamplePair, sturgesCount count: Int) {
    var low = pair.values[0]
    var high = pair.values[pair.values.count - 1]
    var bins = 1
    if low == high {
      low -= 0.5
      high += 0.5
    } else {
      var width = (high - low) / (log2(Double(count)) + 1)
      if pair.reference.areIntegers && pair.current.areIntegers { width = max(1, width) }
      bins = max(1, Int(((high - low) / width).rounded(.up)))
    }
    let step = (high - low) / Double(bins)
    let edges = (0...bins).map { $0 == bins ? high : low + step * Double($0) }
    var left = [Int](repeating: 0, count: bins)
    var right = left
    var bin = 0
    for index in pair.values.indices {
      while bin + 1 < bins, pair.values[index] >= edges[bin + 1] { bin += 1 }
      left[bin] += pair.referenceCounts[index]
      right[bin] += pair.currentCounts[index]
    }
    self.init(edges: edges, referenceCounts: left, currentCounts: right)
  }

  package var referenceShares: [Double] { Self.shares(referenceCounts) }
  package var currentShares: [Double] { Self.shares(currentCounts) }

  private static func shares(_ counts: [Int]) -> [Double] {
    let total = Double(counts.reduce(0, +))
    return counts.map { Double($0) / total }
  }
}
