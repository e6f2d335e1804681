import Foundation
import Kernels

/// Learns a preprocessor from the rows of a training part.
package struct PreprocessorFit: Sendable {
  /// Whether the estimator needs numbers of one scale and none missing; trees need neither.
  package var needsScaling: Bool
  /// Categories beyond these many, the rarest, count as unseen.
  private static let categoryLimit = 100
  private static let textBuckets = 256

  /// That reads embedding columns.
  package var texts: TextVectors?

  package init(needsScaling: Bool, texts: TextVectors? = nil) {
    self.needsScaling = needsScaling
    self.texts = texts
  }

  /// - Complexity: O(rows × features).
  package func fit(_ table: FeatureTable, _ features: [ColumnSpecification]) -> Preprocessor {
    Preprocessor(
      steps: features.compactMap { feature in
        switch table.columns[feature.name] {
        case .numbers(let numbers): number(feature.name, numbers)
        case .strings(let texts):
          switch feature.kind {
          case .text: .hashedText(column: feature.name, buckets: Self.textBuckets)
          case .embedding: self.texts.map { .embeddedText(column: feature.name, model: $0.identity) }
          default: oneHot(feature, texts)
          }
        case nil: nil
        }
      })
  }

  private func number(_ name: String, _ numbers: [Double]) -> Preprocessor.Step {
    guard needsScaling else {
      return .number(column: name, fill: nil, mean: 0, scale: 1, hasIndicator: false)
    }
    let known = numbers.filter { !$0.isNaN }.sorted()
    let median =
      known.isEmpty ? 0 : (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
    let filled = numbers.map { $0.isNaN ? median : $0 }
    let count = Double(max(1, filled.count))
    let mean = filled.reduce(0, +) / count
    let deviation = (filled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    return .number(
      column: name, fill: Float(median), mean: Float(mean), scale: deviation > 0 ? Float(deviation) : 1,
      hasIndicator: known.count < numbers.count)
  }

  private func oneHot(_ feature: ColumnSpecification, _ texts: [String?]) -> Preprocessor.Step {
    if let declared = feature.categories { return .oneHot(column: feature.name, categories: declared) }
    var counts: [String: Int] = [:]
    for text in texts { if let text { counts[text, default: 0] += 1 } }
    let kept = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.categoryLimit).map(\.key)
    return .oneHot(
      column: feature.name, categories: kept.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }
}
