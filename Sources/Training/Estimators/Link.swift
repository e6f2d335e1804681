import Kernels

#if canImport(Glibc)
  import Glibc
#endif

/// What turns an estimator's scores into probabilities or values.
package enum Link: String, Codable, Sendable {
  case identity
  /// One score; the probability of the second class is `1 / (1 + e^-score)`.
  case logistic
  /// A score a class.
  case softmax
  /// Shares of votes: cut to 0…1; of several classes, divided by their sum.
  case proportion

  /// - Parameter scores: shape `[n, outputs]`.
  /// - Returns: shape `[n, classes]`, rows that sum to 1; for `identity` the scores.
  /// - Complexity: O(n × outputs).
  package func probabilities(_ scores: Matrix) -> DoubleMatrix {
    let (rows, width) = (scores.rows, scores.columns)
    switch (self, width) {
    case (.identity, _): return DoubleMatrix(scores)
    case (_, 1):
      var values = [Double](repeating: 0, count: rows * 2)
      for row in 0..<rows {
        let score = Double(scores.values[row])
        let positive = self == .logistic ? Self.sigmoid(score) : min(max(score, 0), 1)
        values[2 * row] = 1 - positive
        values[2 * row + 1] = positive
      }
      return DoubleMatrix(rows: rows, columns: 2, values: values)
    default:
      var values = [Double](repeating: 0, count: rows * width)
      for row in 0..<rows {
        let row = row * width..<(row + 1) * width
        let highest = self == .softmax ? Double(scores.values[row].max() ?? 0) : 0
        for place in row {
          let score = Double(scores.values[place])
          values[place] = self == .softmax ? exp(score - highest) : min(max(score, 0), 1)
        }
        let sum = values[row].reduce(0, +)
        for place in row { values[place] = sum > 0 ? values[place] / sum : 1 / Double(width) }
      }
      return DoubleMatrix(rows: rows, columns: width, values: values)
    }
  }

  static func sigmoid(_ score: Double) -> Double { 1 / (1 + exp(-score)) }
}
