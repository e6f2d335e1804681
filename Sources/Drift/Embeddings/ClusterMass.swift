import Kernels
import Tables

/// How much of each side lies in each of a few clusters of the vectors.
package struct ClusterMass: Sendable, Codable {
  package struct Cluster: Sendable, Codable {
    package var referenceShare: Double
    package var currentShare: Double
    /// Current rows nearest to the centre, nearest first.
    package var examples: [Int]

    enum CodingKeys: String, CodingKey {
      case referenceShare = "reference_share"
      case currentShare = "current_share"
      case examples
    }
  }

  /// Largest change of the share first.
  package var clusters: [Cluster]
  package var test: TestResult

  /// Half the sum of the changes, 0…1.
  package var totalVariation: Double {
    clusters.reduce(0) { $0 + abs($1.currentShare - $1.referenceShare) } / 2
  }

  static let rounds = 10
  static let exampleCount = 5

  /// Centres are found over samples of both sides together, so that neither has an advantage; then all rows are counted.
  ///
  /// - Parameters: matrices of equal width; `sample` rows of each are used to find the centres.
  /// - Complexity: O((rounds × sample + n + m) × count × d).
  /// - Source: Lloyd, IEEE Trans. Information Theory 28, 1982.
  init(_ reference: Matrix, _ current: Matrix, count: Int, sample: [[Float]], seed: UInt64, threads: Int) {
    let d = reference.columns
    var generator = SplitMix64(seed: seed)
    let points = sample.shuffled(using: &generator)
    let k = min(count, points.count)
    var centres = points.prefix(k).flatMap { $0 }
    for _ in 0..<Self.rounds {
      var sums = [Double](repeating: 0, count: k * d)
      var sizes = [Int](repeating: 0, count: k)
      for point in points {
        let cluster = point.withUnsafeBufferPointer { Self.nearest($0.baseAddress, centres, k, d).cluster }
        sizes[cluster] += 1
        for column in 0..<d { sums[cluster * d + column] += Double(point[column]) }
      }
      for cluster in 0..<k where sizes[cluster] > 0 {
        for column in 0..<d {
          centres[cluster * d + column] = Float(sums[cluster * d + column] / Double(sizes[cluster]))
        }
      }
    }
    let final = centres
    func assign(_ matrix: Matrix) -> [(cluster: Int, distance: Float)] {
      let chunk = 4096
      return Parallel.map((matrix.rows + chunk - 1) / chunk, threads: threads) { part in
        matrix.values.withUnsafeBufferPointer { values in
          (part * chunk..<min(matrix.rows, (part + 1) * chunk)).map { row in
            Self.nearest(values.baseAddress.map { $0 + row * d }, final, k, d)
          }
        }
      }.flatMap { $0 }
    }
    let left = assign(reference)
    let right = assign(current)
    var counts = [(reference: Int, current: Int)](repeating: (0, 0), count: k)
    for place in left { counts[place.cluster].reference += 1 }
    var best = [[(row: Int, distance: Float)]](repeating: [], count: k)
    for (row, place) in right.enumerated() {
      counts[place.cluster].current += 1
      best[place.cluster].append((row, place.distance))
    }
    clusters = (0..<k).map { cluster in
      Cluster(
        referenceShare: Double(counts[cluster].reference) / Double(left.count),
        currentShare: Double(counts[cluster].current) / Double(right.count),
        examples: best[cluster].sorted { ($0.distance, $0.row) < ($1.distance, $1.row) }
          .prefix(Self.exampleCount).map(\.row))
    }.sorted { abs($0.currentShare - $0.referenceShare) > abs($1.currentShare - $1.referenceShare) }
    let used = counts.filter { $0.reference + $0.current > 0 }
    let table = try? CategoryCounts(
      names: used.indices.map { CategoryName("\($0)") }, reference: used.map(\.reference),
      current: used.map(\.current))
    test = table.map { ChiSquare.valid($0, seed: seed) } ?? TestResult(statistic: 0, pValue: nil)
  }

  private static func nearest(
    _ point: UnsafePointer<Float>?, _ centres: [Float], _ k: Int, _ d: Int
  ) -> (cluster: Int, distance: Float) {
    centres.withUnsafeBufferPointer { centres in
      guard let point, let centres = centres.baseAddress else { return (0, 0) }
      var best = (cluster: 0, distance: Float.infinity)
      for cluster in 0..<k {
        let distance = VectorKernels.current.squaredDistance(point, centres + cluster * d, d)
        if distance < best.distance { best = (cluster, distance) }
      }
      return best
    }
  }
}
