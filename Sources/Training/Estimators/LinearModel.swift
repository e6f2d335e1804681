import Kernels

/// Weighted sums of the features.
package struct LinearModel: Codable, Hashable, Sendable {
  /// Shape `[outputs × features]`, row-major.
  package var weights: [Float]
  /// Shape `[outputs]`.
  package var bias: [Float]

  package init(weights: [Float], bias: [Float]) {
    self.weights = weights
    self.bias = bias
  }

  package var featureCount: Int { bias.isEmpty ? 0 : weights.count / bias.count }

  /// - Parameter rows: shape `[n, features]`.
  /// - Returns: shape `[n, outputs]`.
  /// - Complexity: O(n × features × outputs).
  package func scores(_ rows: Matrix) -> Matrix {
    let products = DoubleMatrix(rows).timesTransposed(
      DoubleMatrix(Matrix(rows: bias.count, columns: featureCount, values: weights)))
    var result = Matrix(rows: rows.rows, columns: bias.count)
    for place in result.values.indices {
      result.values[place] = Float(products.values[place] + Double(bias[place % bias.count]))
    }
    return result
  }
}
