import Kernels

/// What a model says of rows, beside what is true.
package struct Predictions: Sendable {
  /// Probabilities of shape `[n, classes]`, or values of shape `[n, 1]` in a regression; distances of shape
  /// `[n, clusters]`; of a projection, how far a row is from what its components tell of it, shape `[n, 1]`.
  package var values: DoubleMatrix
  /// Shape `[n]`: class numbers or values; where nothing is predicted, squared distances from the mean
  /// of the rows that were learned from.
  package var target: [Double]
  package var weights: [Double]?
  /// Probability of the second class from which on a binary task says it.
  package var threshold: Double

  package init(values: DoubleMatrix, target: [Double], weights: [Double]? = nil, threshold: Double = 0.5) {
    self.values = values
    self.target = target
    self.weights = weights
    self.threshold = threshold
  }

  /// The square of the least value of a row.
  func leastSquare(_ row: Int) -> Double {
    let width = values.columns
    let least = values.values[row * width..<(row + 1) * width].min() ?? 0
    return least * least
  }

  package func weight(_ row: Int) -> Double { weights?[row] ?? 1 }

  /// The class that is said of each row: the likeliest, the first of equal ones; of two, by the threshold.
  package var classes: [Int] {
    (0..<values.rows).map { Self.decision(values, row: $0, threshold: threshold) }
  }

  package static func decision(_ values: DoubleMatrix, row: Int, threshold: Double) -> Int {
    let width = values.columns
    if width == 2 { return values.values[2 * row + 1] >= threshold ? 1 : 0 }
    var best = 0
    for label in 1..<max(1, width)
    where values.values[row * width + label] > values.values[row * width + best] {
      best = label
    }
    return best
  }

  package func rows(_ rows: [Int]) -> Predictions {
    let width = values.columns
    return Predictions(
      values: DoubleMatrix(
        rows: rows.count, columns: width,
        values: rows.flatMap { values.values[$0 * width..<($0 + 1) * width] }),
      target: rows.map { target[$0] }, weights: weights.map { weights in rows.map { weights[$0] } },
      threshold: threshold)
  }
}
