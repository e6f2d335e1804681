import Kernels

/// The inverse of a symmetric positive definite matrix by Cholesky's decomposition.
enum SymmetricInverse {
  /// - Parameter matrix: shape `[size, size]`; its lower half is read.
  /// - Returns: shape `[size, size]`, symmetric.
  /// - Complexity: O(size³).
  static func of(_ matrix: [Double], size n: Int, threads: Int) -> [Double] {
    var lower = matrix
    lower.withUnsafeMutableBufferPointer { buffer in
      guard let l = buffer.baseAddress else { return }
      for row in 0..<n {
        for column in 0...row {
          let rest = l[row * n + column] - DoubleVectors.dot(l + row * n, l + column * n, column)
          l[row * n + column] = row == column ? max(rest, 1e-300).squareRoot() : rest / l[column * n + column]
        }
      }
    }
    // Row c of `factor` is column c of L⁻¹, zero before c.
    let L = lower
    let factor = Parallel.map(n, threads: threads) { column -> [Double] in
      var x = [Double](repeating: 0, count: n)
      L.withUnsafeBufferPointer { l in
        x.withUnsafeMutableBufferPointer { x in
          guard let l = l.baseAddress, let x = x.baseAddress else { return }
          for row in column..<n {
            let sum = DoubleVectors.dot(l + row * n + column, x + column, row - column)
            x[row] = ((row == column ? 1 : 0) - sum) / l[row * n + row]
          }
        }
      }
      return x
    }
    return DoubleVectors.products(factor.flatMap { $0 }, count: n, threads: threads)
  }
}
