import Evaluation
import Kernels

/// A measure of a model, with the interval that another sample of rows would have given.
package struct ModelScore: Codable, Hashable, Sendable {
  package var value: Double
  /// Bounds of the 95% bootstrap interval; `nil` where too few rows or classes allow none.
  package var low: Double?
  package var high: Double?
}

/// All measures of a task on the same rows.
package struct ModelScores: Codable, Hashable, Sendable {
  package var rows: Int
  package var scores: [String: ModelScore]

  package subscript(measure: ModelMeasure) -> ModelScore? { scores[measure.rawValue] }

  /// - Parameter rounds: of the bootstrap; 0 for no intervals.
  /// - Complexity: O(rounds × measures × n log n).
  package init(
    _ predictions: Predictions, task: ModelTask, rounds: Int = 1000, seed: UInt64 = 42, threads: Int = 1
  ) {
    rows = predictions.target.count
    let measures = ModelMeasure.of(task)
    let samples = Parallel.map(rows > 1 ? rounds : 0, threads: threads) { round in
      var generator = SplitMix64(seed: seed &+ UInt64(round) &* 0x9E37_79B9)
      let drawn = (0..<predictions.target.count).map { _ in generator.below(predictions.target.count) }
      let sample = predictions.rows(drawn)
      return measures.map { $0.value(sample) }
    }
    scores = [:]
    for (place, measure) in measures.enumerated() {
      let value = measure.value(predictions)
      // A measure that isn't defined, as an AUC of one class, is no score.
      guard !value.isNaN else { continue }
      let drawn = samples.map { $0[place] }.filter { !$0.isNaN }.sorted()
      let isEnough = drawn.count * 10 >= rounds * 9 && drawn.count >= 20
      scores[measure.rawValue] = ModelScore(
        value: value, low: isEnough ? Bootstrap.quantile(drawn, 0.025) : nil,
        high: isEnough ? Bootstrap.quantile(drawn, 0.975) : nil)
    }
  }
}
