import Kernels

/// Directions at right angles, each of length 1; a row's coordinates are how far it lies along them from the mean.
package struct ComponentModel: Codable, Hashable, Sendable {
  /// Shape `[components × features]`, row-major, the one along which rows differ most first.
  package var components: [Float]
  /// Of the rows that were learned from, shape `[features]`.
  package var mean: [Float]

  package init(components: [Float], mean: [Float]) {
    self.components = components
    self.mean = mean
  }

  package var count: Int { mean.isEmpty ? 0 : components.count / mean.count }

  /// - Parameter rows: shape `[n, features]`.
  /// - Returns: shape `[n, components]`.
  /// - Complexity: O(n × features × components).
  package func scores(_ rows: Matrix) -> Matrix {
    var centred = DoubleMatrix(rows)
    for place in centred.values.indices { centred.values[place] -= Double(mean[place % mean.count]) }
    let directions = Matrix(rows: count, columns: mean.count, values: components)
    let products = centred.timesTransposed(DoubleMatrix(directions))
    return Matrix(rows: rows.rows, columns: count, values: products.values.map { Float($0) })
  }
}
