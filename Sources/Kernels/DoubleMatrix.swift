import COpenBLAS

/// A dense row-major n×d matrix of float64, for fits whose rounding matters.
package struct DoubleMatrix: Hashable, Sendable {
  package let rows: Int
  package let columns: Int
  /// Shape `[rows × columns]`, row-major.
  package var values: [Double]

  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(_ matrix: Matrix) {
    self.init(rows: matrix.rows, columns: matrix.columns, values: matrix.values.map(Double.init))
  }

  /// `self × other`ᵀ.
  ///
  /// - Parameter other: shape `[k, columns]`.
  /// - Returns: shape `[rows, k]`.
  /// - Complexity: O(rows × columns × k).
  package func timesTransposed(_ other: DoubleMatrix) -> DoubleMatrix {
    precondition(columns == other.columns, "\(columns) columns for \(other.columns)")
    var result = DoubleMatrix(
      rows: rows, columns: other.rows, values: [Double](repeating: 0, count: rows * other.rows))
    guard rows > 0, columns > 0, other.rows > 0 else { return result }
    _ = MatrixEngine.openBLASUsesOneThread
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(other.rows), blasint(columns), 1,
      values,
      blasint(columns), other.values, blasint(columns), 0, &result.values, blasint(other.rows))
    return result
  }

  /// `self`ᵀ `× other`.
  ///
  /// - Parameter other: shape `[rows, k]`.
  /// - Returns: shape `[columns, k]`.
  /// - Complexity: O(rows × columns × k).
  package func transposedTimes(_ other: DoubleMatrix) -> DoubleMatrix {
    precondition(rows == other.rows, "\(rows) rows for \(other.rows)")
    var result = DoubleMatrix(
      rows: columns, columns: other.columns, values: [Double](repeating: 0, count: columns * other.columns))
    guard rows > 0, columns > 0, other.columns > 0 else { return result }
    _ = MatrixEngine.openBLASUsesOneThread
    cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(columns), blasint(other.columns), blasint(rows), 1,
      values,
      blasint(columns), other.values, blasint(other.columns), 0, &result.values, blasint(other.columns))
    return result
  }
}
