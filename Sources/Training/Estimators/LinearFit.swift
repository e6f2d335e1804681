import Foundation
import Kernels

/// Fits logistic, multinomial or least-squares regression with an elastic net; the bias is free.
///
/// The classifiers minimise `C Σ wᵢ lossᵢ + l1_ratio |W|₁ + (1 - l1_ratio) ‖W‖² / 2`, the regression
/// `Σ wᵢ (yᵢ - ŷᵢ)² / 2n + alpha (l1_ratio |W|₁ + (1 - l1_ratio) ‖W‖² / 2)`, as scikit-learn defines them.
package struct LinearFit: Sendable {
  package var task: ModelTask
  package var classCount: Int
  package var parameters: [String: Double]

  package init(task: ModelTask, classCount: Int, parameters: [String: Double]) {
    self.task = task
    self.classCount = classCount
    self.parameters = parameters
  }

  /// - Throws: `.unfit` where the search for the minimum ends far from it.
  /// - Complexity: O(iterations × n × features × outputs).
  package func fit(_ rows: TrainingRows) throws(TrainingError) -> LinearModel {
    let features = DoubleMatrix(rows.features)
    let outputs = task == .multiclass ? classCount : 1
    let width = features.columns
    let total = rows.totalWeight
    let ratio = parameters["l1_ratio", default: 0]
    // Everything is divided by the rows' weight, so that the tolerance doesn't depend on how many there are.
    let strength =
      task == .regression ? parameters["alpha", default: 0] : 1 / (parameters["C", default: 1] * total)
    let ridge = strength * (1 - ratio)
    let count = outputs * width
    var search = LBFGS()
    search.iterations = Int(parameters["max_iter", default: 1000])
    search.tolerance = parameters["tol", default: 1e-8]
    let scales = (0..<rows.target.count).map { (rows.weights?[$0] ?? 1) / total }
    let penalty: [Double]? =
      ratio > 0
      ? [Double](repeating: strength * ratio, count: count) + [Double](repeating: 0, count: outputs) : nil
    let found = search.minimum(from: start(rows, count: count, outputs: outputs), penalty: penalty) { point in
      let weights = DoubleMatrix(rows: outputs, columns: width, values: Array(point[..<count]))
      var residuals = features.timesTransposed(weights)
      var value = 0.0
      for row in 0..<features.rows {
        for output in 0..<outputs { residuals.values[row * outputs + output] += point[count + output] }
        value += loss(row, rows.target[row], scales[row], outputs, &residuals.values)
      }
      var gradient = residuals.transposedTimes(features).values
      for place in 0..<count {
        value += ridge * point[place] * point[place] / 2
        gradient[place] += ridge * point[place]
      }
      for output in 0..<outputs {
        var sum = 0.0
        for row in 0..<features.rows { sum += residuals.values[row * outputs + output] }
        gradient.append(sum)
      }
      return (value, gradient)
    }
    guard found.point.allSatisfy(\.isFinite) else {
      throw TrainingError(
        .unfit, "the linear model has no minimum on this data; use a smaller C or a larger alpha")
    }
    return LinearModel(
      weights: found.point[..<count].map { Float($0) }, bias: found.point[count...].map { Float($0) })
  }

  /// Zero weights, and the bias of a model without features.
  private func start(_ rows: TrainingRows, count: Int, outputs: Int) -> [Double] {
    var start = [Double](repeating: 0, count: count + outputs)
    switch task {
    case .regression, .clustering, .projection: start[count] = rows.mean { $0 }
    case .binary:
      let share = rows.mean { $0 }
      start[count] = log(share / (1 - share))
    case .multiclass:
      for output in 0..<outputs {
        start[count + output] = log(max(1e-12, rows.mean { $0 == Double(output) ? 1 : 0 }))
      }
    }
    return start
  }

  /// The loss of a row; its scores become the loss's derivatives.
  private func loss(
    _ row: Int, _ target: Double, _ scale: Double, _ outputs: Int, _ scores: inout [Double]
  ) -> Double {
    let first = row * outputs
    switch task {
    case .regression, .clustering, .projection:
      let error = scores[first] - target
      scores[first] = scale * error
      return scale * error * error / 2
    case .binary:
      let score = scores[first]
      scores[first] = scale * (Link.sigmoid(score) - target)
      return scale * (max(score, 0) - target * score + log1p(exp(-abs(score))))
    case .multiclass:
      var highest = -Double.infinity
      for place in first..<first + outputs { highest = max(highest, scores[place]) }
      let own = scores[first + Int(target)]
      var sum = 0.0
      for place in first..<first + outputs {
        scores[place] = exp(scores[place] - highest)
        sum += scores[place]
      }
      for output in 0..<outputs {
        scores[first + output] = scale * (scores[first + output] / sum - (Double(output) == target ? 1 : 0))
      }
      return scale * (highest + log(sum) - own)
    }
  }
}
