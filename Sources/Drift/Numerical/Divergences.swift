import Foundation

/// Distances between two discrete distributions over the same bins or categories. All in nats where a logarithm is in.
package enum Divergences {
  /// Population stability index, Σ (r - c) ln(r / c) after filling zeros.
  ///
  /// - Complexity: O(bins).
  package static func populationStability(_ bins: SharedBins) -> Double {
    let r = filled(bins.referenceShares)
    let c = filled(bins.currentShares)
    return zip(r, c).reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) }
  }

  /// Kullback-Leibler divergence of the current from the reference, Σ r ln(r / c), zeros filled, both normalised after.
  ///
  /// - Complexity: O(bins).
  package static func kullbackLeibler(_ bins: SharedBins) -> Double {
    let r = normalized(filled(bins.referenceShares))
    let c = normalized(filled(bins.currentShares))
    return zip(r, c).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
  }

  /// Jensen-Shannon distance: the root of the divergence, at most √ln 2.
  ///
  /// - Complexity: O(bins).
  package static func jensenShannon(_ bins: SharedBins) -> Double {
    var sum = 0.0
    for (r, c) in zip(bins.referenceShares, bins.currentShares) {
      let middle = (r + c) / 2
      if r > 0 { sum += r * log(r / middle) }
      if c > 0 { sum += c * log(c / middle) }
    }
    return max(0, sum / 2).squareRoot()
  }

  /// Hellinger distance, 0…1.
  ///
  /// - Complexity: O(bins).
  package static func hellinger(_ bins: SharedBins) -> Double {
    var sum = 0.0
    for (r, c) in zip(bins.referenceShares, bins.currentShares) { sum += (r * c).squareRoot() }
    return (1 - min(1, max(0, sum))).squareRoot()
  }

  /// Total variation distance: half the L1 distance, 0…1.
  ///
  /// - Complexity: O(bins).
  package static func totalVariation(_ bins: SharedBins) -> Double {
    zip(bins.referenceShares, bins.currentShares).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
  }

  /// The largest change of a share, 0…1.
  ///
  /// - Complexity: O(bins).
  package static func largestChange(_ bins: SharedBins) -> Double {
    zip(bins.referenceShares, bins.currentShares).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// Zeros become 0.0001, or a millionth of the smallest other share where that is no larger.
  private static func filled(_ shares: [Double]) -> [Double] {
    let smallest = shares.filter { $0 > 0 }.min() ?? 1
    let fill = smallest > 0.0001 ? 0.0001 : smallest / 1e6
    return shares.map { $0 == 0 ? fill : $0 }
  }

  private static func normalized(_ shares: [Double]) -> [Double] {
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
  }
}
