/// How the probability is chosen from which on the second of two classes is said.
package enum ThresholdRule: Hashable, Sendable, CustomStringConvertible {
  case fixed(Double)
  /// The best F1.
  case f1
  /// The most recall at this precision or more.
  case precision(Double)
  /// The best precision at this recall or more.
  case recall(Double)

  /// `0.4`, `f1`, `precision>=0.9`, `recall>=0.8`.
  package init(_ text: String) throws(TrainingError) {
    let text = text.replacing(" ", with: "")
    if text == "f1" {
      self = .f1
    } else if let value = Double(text), 0...1 ~= value {
      self = .fixed(value)
    } else if text.hasPrefix("precision>="), let value = Double(text.dropFirst(11)), 0...1 ~= value {
      self = .precision(value)
    } else if text.hasPrefix("recall>="), let value = Double(text.dropFirst(8)), 0...1 ~= value {
      self = .recall(value)
    } else {
      throw TrainingError(
        .invalidArgument, "\"\(text)\" is no threshold: 0.4, f1, precision>=0.9 and recall>=0.8 are")
    }
  }

  package var description: String {
    switch self {
    case .fixed(let value): "\(value)"
    case .f1: "f1"
    case .precision(let value): "precision>=\(value)"
    case .recall(let value): "recall>=\(value)"
    }
  }

  /// - Parameters:
  ///   - probabilities: of rows that the model didn't learn from, shape `[n]`.
  /// - Throws: `.unfit` where no threshold keeps what is asked for.
  /// - Complexity: O(n log n).
  package func threshold(_ probabilities: [Double], isPositive: [Bool]) throws(TrainingError) -> Double {
    if case .fixed(let value) = self { return value }
    let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
    let positives = Double(isPositive.count { $0 })
    var best: (score: Double, threshold: Double)?
    var hits = 0.0
    for (place, row) in order.enumerated() {
      if isPositive[row] { hits += 1 }
      let isLastOfTies = place + 1 == order.count || probabilities[order[place + 1]] < probabilities[row]
      guard isLastOfTies else { continue }
      let (precision, recall) = (hits / Double(place + 1), positives > 0 ? hits / positives : 0)
      let score: Double? =
        switch self {
        case .fixed: nil
        case .f1: precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
        case .precision(let least): precision >= least ? recall : nil
        case .recall(let least): recall >= least ? precision : nil
        }
      if let score, score > best?.score ?? -1 { best = (score, probabilities[row]) }
    }
    guard let best else {
      throw TrainingError(.unfit, "no threshold reaches \(self) in the cross-validation")
    }
    return best.threshold
  }
}
