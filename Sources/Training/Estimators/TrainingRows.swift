import Kernels

/// What an estimator is fitted to.
package struct TrainingRows: Sendable {
  /// Shape `[n, features]`.
  package var features: Matrix
  /// Shape `[n]`: class numbers, or values of a regression.
  package var target: [Double]
  /// Shape `[n]`, or `nil` for rows of equal weight.
  package var weights: [Double]?

  package init(features: Matrix, target: [Double], weights: [Double]? = nil) {
    self.features = features
    self.target = target
    self.weights = weights
  }

  /// The weighted mean of each feature, shape `[features]`.
  var featureMeans: [Double] {
    let width = features.columns
    let total = totalWeight
    var means = [Double](repeating: 0, count: width)
    for row in 0..<features.rows {
      let share = (weights?[row] ?? 1) / total
      for feature in 0..<width { means[feature] += share * Double(features.values[row * width + feature]) }
    }
    return means
  }

  package var totalWeight: Double { weights?.reduce(0, +) ?? Double(target.count) }

  /// The weighted mean of `value` of the target.
  package func mean(_ value: (Double) -> Double) -> Double {
    guard let weights else { return target.reduce(0) { $0 + value($1) } / Double(max(1, target.count)) }
    return zip(target, weights).reduce(0) { $0 + value($1.0) * $1.1 } / totalWeight
  }
}
