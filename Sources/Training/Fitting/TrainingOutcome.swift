/// A model with all that is known of how good it is.
package struct TrainingOutcome: Sendable {
  /// One set of parameters that was tried.
  package struct Trial: Codable, Hashable, Sendable {
    package var parameters: [String: Double]
    /// Mean of the deciding measure over the folds.
    package var score: Double
  }

  package struct Slice: Codable, Hashable, Sendable {
    package var column: String
    package var value: String
    package var scores: ModelScores
  }

  package var settings: TrainingSettings
  package var split: SplitSettings
  package var model: TrainedModel
  /// All of them.
  package var parameters: [String: Double]
  package var leakage: LeakageReport
  package var trainRows: Int
  package var testRows: Int
  /// Of the test part.
  package var scores: ModelScores
  /// Of a model that says the commonest class, or the mean.
  package var baseline: ModelScores
  /// Of rows of the training part, each by the model of the folds that it wasn't in.
  package var crossValidation: ModelScores
  package var trials: [Trial]
  package var slices: [Slice]
  package var reliability: [Reliability.Bin]
  /// Row numbers in the table that was given.
  package var rows: Split
  package var table: FeatureTable
}
