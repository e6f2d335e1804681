import Foundation

/// A figure of how well a model predicts, named and defined as in scikit-learn 1.7.
package enum ModelMeasure: String, Codable, Sendable, CaseIterable {
  case accuracy
  case balancedAccuracy = "balanced_accuracy"
  /// Of the second class of two; of several the mean over classes, as the next two.
  case precision
  case recall
  case f1
  case matthews = "matthews_correlation"
  case logLoss = "log_loss"
  case brier
  /// Of two classes; of several the mean of each against the rest.
  case rocAUC = "roc_auc"
  case averagePrecision = "average_precision"
  /// Expected calibration error in ten bins of equal width (of the second class of two; of the likeliest of several).
  case calibrationError = "calibration_error"
  case r2
  case rmse
  case mae
  case medianError = "median_absolute_error"
  case explainedVariance = "explained_variance"
  /// Mean over rows of `(b - a) / b`, where `a` and `b` are the distances to the nearest centre and the next: the simplified
  /// silhouette.
  case centreSilhouette = "centre_silhouette"
  /// Share of the rows' squared distances from the mean of those learned from that centres or components explain.
  case explainedShare = "explained_share"
  /// Mean squared distance to the nearest centre.
  case inertia

  package var isLossLike: Bool {
    switch self {
    case .logLoss, .brier, .calibrationError, .rmse, .mae, .medianError, .inertia: true
    default: false
    }
  }

  /// What is measured of a task, the deciding one first.
  package static func of(_ task: ModelTask) -> [ModelMeasure] {
    switch task {
    case .binary:
      [
        .rocAUC, .averagePrecision, .logLoss, .brier, .accuracy, .balancedAccuracy, .precision, .recall, .f1,
        .matthews,
        .calibrationError,
      ]
    case .multiclass:
      [
        .accuracy, .rocAUC, .logLoss, .balancedAccuracy, .precision, .recall, .f1, .matthews,
        .calibrationError,
      ]
    case .clustering: [.centreSilhouette, .explainedShare, .inertia]
    case .projection: [.explainedShare]
    case .regression: [.r2, .rmse, .mae, .medianError, .explainedVariance]
    }
  }

  /// - Returns: NaN where it isn't defined, as an AUC of one class.
  /// - Complexity: O(n log n) at most.
  package func value(_ predictions: Predictions) -> Double {
    switch self {
    case .accuracy:
      accuracy(predictions)
    case .balancedAccuracy: ClassCounts(predictions).meanOfSeen(\.recall)
    case .precision: classwise(predictions, \.precision)
    case .recall: classwise(predictions, \.recall)
    case .f1: classwise(predictions, \.f1)
    case .matthews: ClassCounts(predictions).matthews
    case .logLoss: logLoss(predictions)
    case .brier:
      weightedMean(predictions) { row in
        let error = predictions.values.values[2 * row + 1] - predictions.target[row]
        return error * error
      }
    case .rocAUC: area(predictions)
    case .averagePrecision:
      Self.averagePrecision(
        (0..<predictions.target.count).map { predictions.values.values[2 * $0 + 1] },
        predictions.target.map { $0 == 1 }, predictions.weights)
    case .calibrationError: Reliability(predictions).expectedError
    case .r2: 1 - residuals(predictions) / spread(predictions)
    case .rmse:
      weightedMean(predictions) { pow(predictions.values.values[$0] - predictions.target[$0], 2) }
        .squareRoot()
    case .mae: weightedMean(predictions) { abs(predictions.values.values[$0] - predictions.target[$0]) }
    case .medianError: medianError(predictions)
    case .explainedVariance: explainedVariance(predictions)
    case .centreSilhouette: silhouette(predictions)
    case .explainedShare:
      1 - weightedMean(predictions) { predictions.leastSquare($0) }
        / weightedMean(predictions) { predictions.target[$0] }
    case .inertia: weightedMean(predictions) { predictions.leastSquare($0) }
    }
  }

  private func weightedMean(_ predictions: Predictions, _ value: (Int) -> Double) -> Double {
    var (sum, total) = (0.0, 0.0)
    for row in predictions.target.indices {
      sum += predictions.weight(row) * value(row)
      total += predictions.weight(row)
    }
    return sum / total
  }

  private func silhouette(_ predictions: Predictions) -> Double {
    let width = predictions.values.columns
    guard width > 1 else { return .nan }
    return weightedMean(predictions) { row in
      var (nearest, next) = (Double.infinity, Double.infinity)
      for distance in predictions.values.values[row * width..<(row + 1) * width] {
        if distance < nearest {
          (nearest, next) = (distance, nearest)
        } else if distance < next {
          next = distance
        }
      }
      return next > 0 ? (next - nearest) / next : 0
    }
  }

  private func accuracy(_ predictions: Predictions) -> Double {
    let classes = predictions.classes
    return weightedMean(predictions) { Double(classes[$0]) == predictions.target[$0] ? 1 : 0 }
  }

  private func classwise(_ predictions: Predictions, _ share: KeyPath<ClassCounts.Class, Double>) -> Double {
    let counts = ClassCounts(predictions)
    if predictions.values.columns == 2 { return counts.classes[1][keyPath: share] }
    return counts.meanOfAll(share)
  }

  private func logLoss(_ predictions: Predictions) -> Double {
    let width = predictions.values.columns
    // Probabilities are kept a rounding away from 0 and 1, as scikit-learn keeps them.
    let least = Double.ulpOfOne
    return weightedMean(predictions) { row in
      let probability = predictions.values.values[row * width + Int(predictions.target[row])]
      return -log(min(max(probability, least), 1 - least))
    }
  }

  private func area(_ predictions: Predictions) -> Double {
    let width = predictions.values.columns
    if width == 2 {
      return RankedAUC.area(
        scores: predictions.target.indices.map { predictions.values.values[2 * $0 + 1] },
        isPositive: predictions.target.map { $0 == 1 }, weights: predictions.weights)
    }
    var sum = 0.0
    for label in 0..<width {
      sum += RankedAUC.area(
        scores: predictions.target.indices.map { predictions.values.values[$0 * width + label] },
        isPositive: predictions.target.map { $0 == Double(label) }, weights: predictions.weights)
    }
    return sum / Double(width)
  }

  /// Σ (Rᵢ - Rᵢ₋₁) Pᵢ over falling distinct scores.
  private static func averagePrecision(_ scores: [Double], _ isPositive: [Bool], _ weights: [Double]?)
    -> Double
  {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let positives = order.reduce(0) { $0 + (isPositive[$1] ? weights?[$1] ?? 1 : 0) }
    guard positives > 0 else { return .nan }
    var (hits, seen, sum) = (0.0, 0.0, 0.0)
    var place = 0
    while place < order.count {
      let before = hits
      let score = scores[order[place]]
      while place < order.count, scores[order[place]] == score {
        let weight = weights?[order[place]] ?? 1
        seen += weight
        if isPositive[order[place]] { hits += weight }
        place += 1
      }
      sum += (hits - before) / positives * (hits / seen)
    }
    return sum
  }

  private func residuals(_ predictions: Predictions) -> Double {
    weightedMean(predictions) { pow(predictions.target[$0] - predictions.values.values[$0], 2) }
  }

  private func spread(_ predictions: Predictions) -> Double {
    let middle = weightedMean(predictions) { predictions.target[$0] }
    return weightedMean(predictions) { pow(predictions.target[$0] - middle, 2) }
  }

  private func explainedVariance(_ predictions: Predictions) -> Double {
    let middle = weightedMean(predictions) { predictions.target[$0] - predictions.values.values[$0] }
    let rest = weightedMean(predictions) {
      pow(predictions.target[$0] - predictions.values.values[$0] - middle, 2)
    }
    return 1 - rest / spread(predictions)
  }

  /// Where weights are given, the error at half of them.
  private func medianError(_ predictions: Predictions) -> Double {
    let errors = predictions.target.indices.map {
      abs(predictions.target[$0] - predictions.values.values[$0])
    }
    guard let weights = predictions.weights else {
      let sorted = errors.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    let order = errors.indices.sorted { errors[$0] < errors[$1] }
    let half = weights.reduce(0, +) / 2
    var sum = 0.0
    for row in order {
      sum += weights[row]
      if sum >= half { return errors[row] }
    }
    return .nan
  }
}
