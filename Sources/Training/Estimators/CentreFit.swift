import Foundation
import Kernels

/// Finds the centres of clusters by k-means.
///
/// - Source: Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28, 1982; first centres by Arthur and
///   Vassilvitskii, "k-means++", SODA 2007, of several candidates the one that helps most.
package struct CentreFit {
  private let clusters: Int
  private let starts: Int
  private let rounds: Int
  private let tolerance: Double
  private let seed: UInt64

  /// - Parameter parameters: all of `Algorithm.kmeans`.
  package init(parameters: [String: Double], seed: UInt64) {
    clusters = Int(parameters["n_clusters", default: 8])
    starts = Int(parameters["n_init", default: 10])
    rounds = Int(parameters["max_iter", default: 300])
    tolerance = parameters["tol", default: 1e-4]
    self.seed = seed
  }

  /// - Throws: `.unfit` where fewer rows differ than there are to be clusters.
  /// - Complexity: O(starts × rounds × n × features × clusters).
  package func fit(_ rows: TrainingRows) throws(TrainingError) -> CentreModel {
    let points = DoubleMatrix(rows.features)
    let distinct = Set(
      (0..<points.rows).lazy.map { points.values[$0 * points.columns..<($0 + 1) * points.columns] })
    guard distinct.count >= clusters else {
      throw TrainingError(.unfit, "\(distinct.count) rows differ; \(clusters) clusters can't be made of them")
    }
    let weights = rows.weights ?? [Double](repeating: 1, count: points.rows)
    let squares = (0..<points.rows).map { row in
      points.values[row * points.columns..<(row + 1) * points.columns].reduce(0) { $0 + $1 * $1 }
    }
    let least = tolerance * Self.variance(points, weights)
    var best: (inertia: Double, centres: DoubleMatrix, members: [Int])?
    for start in 0..<starts {
      var generator = SplitMix64(seed: seed &+ UInt64(start) &* 0x9E37_79B9_7F4A_7C15)
      let found = descend(points, squares, weights, least: least, &generator)
      if best.map({ found.inertia < $0.inertia }) ?? true { best = found }
    }
    guard let best else { throw TrainingError(.unfit, "no start was tried") }
    var sizes = [Double](repeating: 0, count: clusters)
    for (row, member) in best.members.enumerated() { sizes[member] += weights[row] }
    let order = (0..<clusters).sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    let width = points.columns
    return CentreModel(
      centres: order.flatMap { best.centres.values[$0 * width..<($0 + 1) * width].map { Float($0) } },
      mean: rows.featureMeans.map { Float($0) })
  }

  /// Mean over the features.
  private static func variance(_ points: DoubleMatrix, _ weights: [Double]) -> Double {
    let width = points.columns
    let total = weights.reduce(0, +)
    var sum = 0.0
    for feature in 0..<width {
      var (mean, square) = (0.0, 0.0)
      for row in 0..<points.rows {
        let value = points.values[row * width + feature]
        mean += weights[row] * value / total
        square += weights[row] * value * value / total
      }
      sum += max(0, square - mean * mean)
    }
    return sum / Double(max(1, width))
  }

  private func descend(
    _ points: DoubleMatrix, _ squares: [Double], _ weights: [Double], least: Double,
    _ generator: inout SplitMix64
  ) -> (inertia: Double, centres: DoubleMatrix, members: [Int]) {
    var centres = firstCentres(points, squares, weights, &generator)
    var (members, distances) = Self.nearest(points, squares, centres)
    for _ in 0..<rounds {
      let moved = means(points, weights, members, distances)
      let shift = zip(moved.values, centres.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      centres = moved
      let before = members
      (members, distances) = Self.nearest(points, squares, centres)
      if members == before || shift <= least { break }
    }
    return (zip(weights, distances).reduce(0) { $0 + $1.0 * $1.1 }, centres, members)
  }

  /// Number of the nearest centre and the squared distance to it, of each row.
  private static func nearest(
    _ points: DoubleMatrix, _ squares: [Double], _ centres: DoubleMatrix
  ) -> (members: [Int], distances: [Double]) {
    let (count, width) = (centres.rows, centres.columns)
    let products = points.timesTransposed(centres)
    let lengths = (0..<count).map { centre in
      centres.values[centre * width..<(centre + 1) * width].reduce(0) { $0 + $1 * $1 }
    }
    var members = [Int](repeating: 0, count: points.rows)
    var distances = [Double](repeating: 0, count: points.rows)
    for row in 0..<points.rows {
      var best = Double.infinity
      for centre in 0..<count {
        let distance = lengths[centre] - 2 * products.values[row * count + centre]
        if distance < best {
          best = distance
          members[row] = centre
        }
      }
      distances[row] = max(0, best + squares[row])
    }
    return (members, distances)
  }

  /// A cluster without rows takes the row that is farthest from its centre.
  private func means(
    _ points: DoubleMatrix, _ weights: [Double], _ members: [Int], _ distances: [Double]
  ) -> DoubleMatrix {
    let width = points.columns
    var totals = [Double](repeating: 0, count: clusters)
    var sums = [Double](repeating: 0, count: clusters * width)
    func add(_ row: Int, to cluster: Int, _ weight: Double) {
      totals[cluster] += weight
      for feature in 0..<width {
        sums[cluster * width + feature] += weight * points.values[row * width + feature]
      }
    }
    for (row, cluster) in members.enumerated() { add(row, to: cluster, weights[row]) }
    let empty = totals.indices.filter { totals[$0] <= 0 }
    if !empty.isEmpty {
      let far = distances.indices.sorted { (distances[$1], $0) < (distances[$0], $1) }
      for (cluster, row) in zip(empty, far) {
        add(row, to: members[row], -weights[row])
        totals[cluster] = 0
        add(row, to: cluster, max(weights[row], 1e-12))
      }
    }
    for cluster in 0..<clusters where totals[cluster] > 0 {
      for feature in 0..<width { sums[cluster * width + feature] /= totals[cluster] }
    }
    return DoubleMatrix(rows: clusters, columns: width, values: sums)
  }

  private func firstCentres(
    _ points: DoubleMatrix, _ squares: [Double], _ weights: [Double], _ generator: inout SplitMix64
  ) -> DoubleMatrix {
    let width = points.columns
    func row(_ row: Int) -> ArraySlice<Double> { points.values[row * width..<(row + 1) * width] }
    func distances(to place: Int) -> [Double] {
      let centre = DoubleMatrix(rows: 1, columns: width, values: Array(row(place)))
      return Self.nearest(points, squares, centre).distances
    }
    func drawn(_ shares: [Double]) -> Int {
      let total = shares.reduce(0, +)
      var left = Double.random(in: 0..<1, using: &generator) * total
      for (place, share) in shares.enumerated() {
        left -= share
        if left < 0, share > 0 { return place }
      }
      return shares.lastIndex { $0 > 0 } ?? 0
    }
    let first = drawn(weights)
    var chosen = [first]
    var closest = distances(to: first)
    let candidates = 2 + Int(log(Double(clusters)))
    while chosen.count < clusters {
      let shares = zip(closest, weights).map { $0 * $1 }
      var best: (potential: Double, place: Int, closest: [Double])?
      for _ in 0..<candidates {
        let place = drawn(shares)
        let closer = zip(closest, distances(to: place)).map { min($0, $1) }
        let potential = zip(closer, weights).reduce(0) { $0 + $1.0 * $1.1 }
        if best.map({ potential < $0.potential }) ?? true { best = (potential, place, closer) }
      }
      guard let best else { break }
      chosen.append(best.place)
      closest = best.closest
    }
    return DoubleMatrix(rows: clusters, columns: width, values: chosen.flatMap { Array(row($0)) })
  }
}
