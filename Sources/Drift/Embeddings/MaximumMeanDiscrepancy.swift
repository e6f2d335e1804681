import Foundation
import Kernels

/// The maximum mean discrepancy with a Gaussian kernel, p by permutation of the rows.
///
/// - Source: Gretton et al., "A kernel two-sample test", J. Machine Learning Research 13, 2012, equation (3).
package struct MaximumMeanDiscrepancy: Hashable, Sendable, Codable {
  /// Unbiased, so slightly below 0 where nothing differs.
  package var squared: Double
  /// The kernel's width: the median distance over pairs of one reference and one current row.
  package var medianDistance: Double
  package var pValue: Double

  /// - Parameters:
  ///   - products: shape `[n + m, n + m]`, of the rows with each other, the reference's `n` first.
  ///   - n: rows of the reference; at least 2 on each side.
  /// - Complexity: O((n + m)² × permutations).
  init(products: [Double], n: Int, permutations: Int, seed: UInt64, threads: Int) {
    let size = Int(Double(products.count).squareRoot().rounded())
    let m = size - n
    let norms = (0..<size).map { products[$0 * size + $0] }
    var kernel = products
    var across: [Double] = []
    across.reserveCapacity(n * m)
    for row in 0..<size {
      for column in 0..<size {
        let distance = max(0, norms[row] + norms[column] - 2 * products[row * size + column])
        kernel[row * size + column] = row == column ? 0 : distance
        if row < n, column >= n { across.append(distance) }
      }
    }
    let sorted = RadixSort.sorted(across)
    let middle = sorted.count / 2
    let median =
      sorted.count % 2 == 1
      ? sorted[middle].squareRoot() : (sorted[middle - 1].squareRoot() + sorted[middle].squareRoot()) / 2
    medianDistance = median
    let scale = median > 0 ? 1 / (median * median) : 1
    for row in 0..<size {
      for column in 0..<size where row != column {
        kernel[row * size + column] = exp(-kernel[row * size + column] * scale)
      }
    }
    let matrix = kernel
    let total = matrix.reduce(0, +)
    let rowSums = (0..<size).map { row in matrix[row * size..<(row + 1) * size].reduce(0, +) }

    /// From the sum within the reference all three sums follow, since the total is fixed.
    @Sendable func statistic(_ members: [Int]) -> Double {
      var within = 0.0
      var touching = 0.0
      matrix.withUnsafeBufferPointer { matrix in
        for row in members {
          touching += rowSums[row]
          let start = row * size
          var sum = 0.0
          for column in members { sum += matrix[start + column] }
          within += sum
        }
      }
      let across = touching - within
      let other = total - within - 2 * across
      return within / Double(n * (n - 1)) + other / Double(m * (m - 1)) - 2 * across / Double(n * m)
    }
    let observed = statistic(Array(0..<n))
    squared = observed
    let reached = Parallel.map(permutations, threads: threads) { index in
      var generator = SplitMix64(seed: seed &+ UInt64(index) &* 0x9E37_79B9)
      var order = Array(0..<size)
      for place in 0..<n { order.swapAt(place, place + generator.below(size - place)) }
      return statistic(order.prefix(n).sorted()) >= observed - 1e-15 ? 1 : 0
    }
    pValue = Double(reached.reduce(0, +) + 1) / Double(permutations + 1)
  }

  enum CodingKeys: String, CodingKey {
    case squared = "mmd2"
    case medianDistance = "median_distance"
    case pValue = "p_value"
  }
}
