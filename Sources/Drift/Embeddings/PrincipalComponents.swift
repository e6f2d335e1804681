import Kernels

/// Principal components of the reference's standardised vectors.
package struct PrincipalComponents: Sendable {
  package let means: [Double]
  package let deviations: [Double]
  /// Shape `[kept, d]`, unit rows, largest variance first.
  package let axes: [Double]
  package let kept: Int

  /// Share of the largest deviation below which a component counts as constant: what is left are errors of rounding,
  /// and another side's errors would be as far away as anything.
  static let leastDeviation = 1e-5

  /// - Parameters:
  ///   - rows: shape `[n, d]`.
  ///   - variance: share of the variance that the axes keep at least, 0…1.
  /// - Complexity: O(n d² + d³).
  package init(_ rows: [Double], count n: Int, variance: Double, threads: Int) {
    let d = rows.count / n
    var means = [Double](repeating: 0, count: d)
    for row in 0..<n { for column in 0..<d { means[column] += rows[row * d + column] / Double(n) } }
    var deviations = [Double](repeating: 0, count: d)
    // Transposed: shape [d, n], so that products of components are products of rows.
    var transposed = [Double](repeating: 0, count: rows.count)
    for row in 0..<n {
      for column in 0..<d {
        let value = rows[row * d + column] - means[column]
        transposed[column * n + row] = value
        deviations[column] += value * value / Double(n)
      }
    }
    let least = Self.leastDeviation * (deviations.max() ?? 0).squareRoot()
    deviations = deviations.map { $0.squareRoot() > max(least, 1e-12) ? $0.squareRoot() : 1 }
    for column in 0..<d { for row in 0..<n { transposed[column * n + row] /= deviations[column] } }
    let eigen = SymmetricEigen(DoubleVectors.products(transposed, count: d, threads: threads), size: d)
    let total = eigen.values.reduce(0, +)
    var sum = 0.0
    var kept = 0
    for value in eigen.values {
      guard value > total * 1e-12, sum < variance * total || kept < 2 else { break }
      sum += value
      kept += 1
    }
    let axes = Array(eigen.vectors.prefix(kept * d))
    self.means = means
    self.deviations = deviations
    self.axes = axes
    self.kept = kept
  }

  /// Coordinates along the axes, and the distance between the standardised row and what they keep of it.
  ///
  /// - Complexity: O(kept × d).
  func project(_ row: some Collection<Float>) -> (coordinates: [Double], error: Double) {
    let d = means.count
    let x = zip(row.indices, row).enumerated().map { (Double($1.1) - means[$0]) / deviations[$0] }
    let coordinates = axes.withUnsafeBufferPointer { axes in
      x.withUnsafeBufferPointer { x in
        (0..<kept).map { axis -> Double in
          guard let a = axes.baseAddress, let x = x.baseAddress else { return 0 }
          return DoubleVectors.dot(a + axis * d, x, d)
        }
      }
    }
    let whole = x.reduce(0) { $0 + $1 * $1 }
    let inside = coordinates.reduce(0) { $0 + $1 * $1 }
    return (coordinates, max(0, whole - inside).squareRoot())
  }
}
