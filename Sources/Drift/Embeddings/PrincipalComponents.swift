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
  /// - Source: Hestenes, "Inversion of matrices by biorthogonalization", J. SIAM 6, 1958 (one-sided rotations).
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
    var work = DoubleVectors.products(transposed, count: d, threads: threads)
    Self.orthogonalize(&work, size: d)
    let norms = (0..<d).map { row in
      work[row * d..<(row + 1) * d].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let total = norms.reduce(0, +)
    var axes: [Double] = []
    var sum = 0.0
    var kept = 0
    for row in (0..<d).sorted(by: { (norms[$1], $0) < (norms[$0], $1) }) {
      guard norms[row] > total * 1e-12, sum < variance * total || kept < 2 else { break }
      var axis = work[row * d..<(row + 1) * d].map { $0 / norms[row] }
      // The sign is free: the largest entry is made positive.
      if let largest = axis.max(by: { abs($0) < abs($1) }), largest < 0 { axis = axis.map { -$0 } }
      axes += axis
      sum += norms[row]
      kept += 1
    }
    self.means = means
    self.deviations = deviations
    self.axes = axes
    self.kept = kept
  }

  /// Rotates pairs of rows until all are orthogonal; for a symmetric matrix they then point along its eigenvectors.
  private static func orthogonalize(_ matrix: inout [Double], size n: Int) {
    matrix.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for _ in 0..<30 {
        var isDone = true
        for i in 0..<n {
          for j in i + 1..<max(n, i + 1) {
            let x = base + i * n
            let y = base + j * n
            let xy = DoubleVectors.dot(x, y, n)
            let xx = DoubleVectors.dot(x, x, n)
            let yy = DoubleVectors.dot(y, y, n)
            if abs(xy) <= 1e-9 * (xx * yy).squareRoot() { continue }
            isDone = false
            let zeta = (yy - xx) / (2 * xy)
            let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
            let c = 1 / (1 + t * t).squareRoot()
            let s = c * t
            for k in 0..<n {
              let a = x[k]
              let b = y[k]
              x[k] = c * a - s * b
              y[k] = s * a + c * b
            }
          }
        }
        if isDone { return }
      }
    }
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
