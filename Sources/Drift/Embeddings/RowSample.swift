import Kernels

/// Rows of a matrix as float64, all or a seeded sample of them. A mean over `limit` rows of a larger set has a standard
/// error of its standard deviation / √limit.
struct RowSample: Sendable {
  /// Rising.
  let rows: [Int]
  /// Shape `[rows.count × d]`, row-major.
  let values: [Double]

  /// - Complexity: O(limit × d + n).
  init(_ matrix: Matrix, limit: Int, seed: UInt64) {
    var order = Array(0..<matrix.rows)
    if matrix.rows > limit {
      var generator = SplitMix64(seed: seed)
      for place in 0..<limit { order.swapAt(place, place + generator.below(order.count - place)) }
      order = order.prefix(limit).sorted()
    }
    rows = order
    let d = matrix.columns
    values = order.flatMap { row in matrix.values[row * d..<(row + 1) * d].map(Double.init) }
  }
}
