import Foundation

/// Measures of a binary classifier over one period, from labels or estimated without them.
package struct BinaryPerformance: Hashable, Sendable, Codable {
  package var accuracy: Double
  /// NaN-free: 0 where nothing is predicted positive.
  package var precision: Double
  package var recall: Double
  package var f1: Double
  package var rocAUC: Double

  enum CodingKeys: String, CodingKey {
    case accuracy, precision, recall, f1
    case rocAUC = "roc_auc"
  }

  /// From the confusion counts, which may be expected ones.
  private init(tp: Double, fp: Double, fn: Double, tn: Double, rocAUC: Double) {
    accuracy = (tp + tn) / (tp + fp + fn + tn)
    precision = tp + fp > 0 ? tp / (tp + fp) : 0
    recall = tp + fn > 0 ? tp / (tp + fn) : 0
    f1 = 2 * tp + fp + fn > 0 ? 2 * tp / (2 * tp + fp + fn) : 0
    self.rocAUC = rocAUC
  }

  /// Confidence-based estimation: what calibrated probabilities say of themselves. Blind to concept drift by construction.
  ///
  /// - Parameters: shape `[n]` each; probabilities of the positive class, and whether it was predicted.
  /// - Throws: `.mismatch` for other lengths, `.emptySide` without rows, `.malformed` for a probability outside 0…1.
  /// - Complexity: O(n log n).
  /// - Source: NannyML's documentation, "Confidence-based performance estimation".
  package init(estimatedFrom probabilities: [Double], predictions: [Bool]) throws(DriftError) {
    guard probabilities.count == predictions.count else {
      throw DriftError(.mismatch, "\(probabilities.count) probabilities for \(predictions.count) predictions")
    }
    guard !probabilities.isEmpty else { throw DriftError(.emptySide, "no predictions to estimate from") }
    guard probabilities.allSatisfy({ (0...1).contains($0) }) else {
      throw DriftError(.malformed, "a probability is outside 0…1")
    }
    var tp = 0.0
    var fp = 0.0
    var fn = 0.0
    var tn = 0.0
    for (p, isPositive) in zip(probabilities, predictions) {
      if isPositive {
        tp += p
        fp += 1 - p
      } else {
        fn += p
        tn += 1 - p
      }
    }
    // The ROC curve through the thresholds with expected counts; rows of one probability step together.
    let order = probabilities.sorted(by: >)
    let positives = order.reduce(0, +)
    let negatives = Double(order.count) - positives
    var area = 0.0
    var above = (positive: 0.0, negative: 0.0)
    var start = 0
    while start < order.count {
      var end = start
      var step = (positive: 0.0, negative: 0.0)
      while end < order.count, order[end] == order[start] {
        step.positive += order[end]
        step.negative += 1 - order[end]
        end += 1
      }
      area += step.negative * (above.positive + step.positive / 2)
      above = (above.positive + step.positive, above.negative + step.negative)
      start = end
    }
    let total = positives * negatives
    self.init(tp: tp, fp: fp, fn: fn, tn: tn, rocAUC: total > 0 ? area / total : 0.5)
  }

  /// From labels.
  ///
  /// - Parameters: shape `[n]` each.
  /// - Throws: `.mismatch` for other lengths, `.emptySide` where a class has no rows.
  /// - Complexity: O(n log n).
  package init(labels: [Bool], probabilities: [Double], predictions: [Bool]) throws(DriftError) {
    guard labels.count == probabilities.count, labels.count == predictions.count else {
      throw DriftError(.mismatch, "labels, probabilities and predictions differ in length")
    }
    var counts = [0.0, 0, 0, 0]
    for (label, prediction) in zip(labels, predictions) {
      counts[(label ? 2 : 0) + (prediction ? 1 : 0)] += 1
    }
    let rows = zip(labels, probabilities)
    let area = try ROC.area(
      negatives: rows.filter { !$0.0 }.map(\.1), positives: rows.filter(\.0).map(\.1))
    self.init(tp: counts[3], fp: counts[1], fn: counts[2], tn: counts[0], rocAUC: area)
  }
}
