import Kernels

/// Centres of clusters; a row belongs to the nearest.
package struct CentreModel: Codable, Hashable, Sendable {
  /// Shape `[clusters × features]`, row-major, the largest cluster first.
  package var centres: [Float]
  /// Of the rows that were learned from, shape `[features]`: what a row's distance from its centre is judged beside.
  package var mean: [Float]

  package init(centres: [Float], mean: [Float]) {
    self.centres = centres
    self.mean = mean
  }

  package var featureCount: Int { mean.count }
  package var count: Int { mean.isEmpty ? 0 : centres.count / mean.count }

  /// Euclidean distances.
  ///
  /// - Parameter rows: shape `[n, features]`.
  /// - Returns: shape `[n, clusters]`.
  /// - Complexity: O(n × features × clusters).
  package func scores(_ rows: Matrix) -> Matrix {
    let (width, count) = (featureCount, count)
    var result = Matrix(rows: rows.rows, columns: count)
    for row in 0..<rows.rows {
      for centre in 0..<count {
        var sum = 0.0
        for feature in 0..<width {
          let difference =
            Double(rows.values[row * width + feature]) - Double(centres[centre * width + feature])
          sum += difference * difference
        }
        result.values[row * count + centre] = Float(sum.squareRoot())
      }
    }
    return result
  }
}
