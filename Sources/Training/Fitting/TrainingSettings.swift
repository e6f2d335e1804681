/// What a model is trained on and how; the same settings and data give the same artifact.
package struct TrainingSettings: Codable, Hashable, Sendable {
  /// Parameter values that are tried, at random, by cross-validation.
  package struct Search: Codable, Hashable, Sendable {
    package var trials: Int
    package var parameters: [String: [Double]]

    package init(trials: Int, parameters: [String: [Double]]) {
      self.trials = trials
      self.parameters = parameters
    }
  }

  /// `nil` where nothing is predicted.
  package var target: String?
  package var task: ModelTask?
  package var columns: [String: ColumnDeclaration]
  package var split: SplitSettings?
  package var algorithm: Algorithm
  package var parameters: [String: Double]
  package var search: Search?
  package var calibration: Calibration.Method
  /// As `ThresholdRule` writes it.
  package var threshold: String
  /// Columns whose values are scored apart.
  package var slices: [String]
  /// Features that may tell the target.
  package var allowedLeaks: [String]
  package var seed: UInt64

  package init(target: String?, algorithm: Algorithm) {
    self.target = target
    self.algorithm = algorithm
    columns = [:]
    parameters = [:]
    calibration = .none
    threshold = "0.5"
    slices = []
    allowedLeaks = []
    seed = 42
  }
}
