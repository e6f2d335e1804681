import Evaluation
import Foundation
import Kernels

/// Two models on the same rows.
package struct ModelComparison: Codable, Hashable, Sendable {
  package var measure: ModelMeasure
  package var champion: Double
  package var challenger: Double
  /// How much better the challenger is: positive is better, whatever the measure.
  package var difference: Double
  /// Bounds of the 95% interval over rows drawn with replacement, the same for both.
  package var low: Double
  package var high: Double
  /// Of the hypothesis that both are right equally often; `nil` in a regression.
  package var mcNemarP: Double?

  /// - Throws: `.unfit` where the measure isn't defined on these rows.
  /// - Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3; McNemar, Psychometrika 1947, in its
  ///   exact form.
  /// - Complexity: O(rounds × n log n).
  package init(
    champion: Predictions, challenger: Predictions, measure: ModelMeasure, task: ModelTask,
    rounds: Int = 2000,
    seed: UInt64 = 42, threads: Int = 1
  ) throws(TrainingError) {
    let sign = measure.isLossLike ? -1.0 : 1.0
    self.measure = measure
    self.champion = measure.value(champion)
    self.challenger = measure.value(challenger)
    difference = sign * (self.challenger - self.champion)
    let count = champion.target.count
    let drawn = Parallel.map(rounds, threads: threads) { round -> Double in
      var generator = SplitMix64(seed: seed &+ UInt64(round) &* 0x9E37_79B9)
      let rows = (0..<count).map { _ in generator.below(count) }
      return sign * (measure.value(challenger.rows(rows)) - measure.value(champion.rows(rows)))
    }.filter { !$0.isNaN }.sorted()
    guard !difference.isNaN, drawn.count * 10 >= rounds * 9 else {
      throw TrainingError(
        .unfit, "\(measure.rawValue) isn't defined on these \(count) rows; give more, of each class")
    }
    low = Bootstrap.quantile(drawn, 0.025)
    high = Bootstrap.quantile(drawn, 0.975)
    if task.isClassification {
      let (a, b) = (champion.classes, challenger.classes)
      let onlyFirst = (0..<count).count {
        Double(a[$0]) == champion.target[$0] && Double(b[$0]) != champion.target[$0]
      }
      let onlySecond = (0..<count).count {
        Double(a[$0]) != champion.target[$0] && Double(b[$0]) == champion.target[$0]
      }
      mcNemarP = Self.exactMcNemar(onlyFirst, onlySecond)
    }
  }

  /// Two-sided, of a fair coin that falls `left` and `right` times.
  package static func exactMcNemar(_ left: Int, _ right: Int) -> Double {
    let count = left + right
    guard count > 0 else { return 1 }
    var tail = 0.0
    for hits in 0...min(left, right) {
      let ways = lgamma(Double(count + 1)) - lgamma(Double(hits + 1)) - lgamma(Double(count - hits + 1))
      tail += exp(ways - Double(count) * 0.693_147_180_559_945_3)
    }
    return min(1, 2 * tail)
  }
}
