/// Eigenvectors of a symmetric matrix without negative eigenvalues, as covariances are.
///
/// - Source: Hestenes, "Inversion of matrices by biorthogonalization", J. SIAM 6, 1958 (one-sided rotations).
package struct SymmetricEigen: Sendable {
  /// Shape `[n]`, the largest first.
  package let values: [Double]
  /// Shape `[n, n]`: unit rows, one for each value, whose largest entry is positive; those of values that are 0 are 0.
  package let vectors: [Double]

  /// - Parameter matrix: shape `[n, n]`.
  /// - Complexity: O(n³).
  package init(_ matrix: [Double], size n: Int) {
    precondition(matrix.count == n * n, "\(matrix.count) values for \(n)×\(n)")
    var work = matrix
    Self.orthogonalize(&work, size: n)
    let norms = (0..<n).map { row in
      work[row * n..<(row + 1) * n].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let order = (0..<n).sorted { (norms[$1], $0) < (norms[$0], $1) }
    var vectors: [Double] = []
    vectors.reserveCapacity(n * n)
    for row in order {
      var vector = work[row * n..<(row + 1) * n].map { norms[row] > 0 ? $0 / norms[row] : 0 }
      // The sign is free.
      if let largest = vector.max(by: { abs($0) < abs($1) }), largest < 0 { vector = vector.map { -$0 } }
      vectors += vector
    }
    values = order.map { norms[$0] }
    self.vectors = vectors
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
}
