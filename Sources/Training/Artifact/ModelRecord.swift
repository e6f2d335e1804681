/// What a model is, in `model.json`.
package struct ModelRecord: Codable, Hashable, Sendable {
  /// Of the folder's files; a reader knows which it can read.
  package static let formatVersion = 1

  package var format: Int
  package var algorithm: Algorithm
  package var parameters: [String: Double]
  package var link: Link
  package var calibration: Calibration
  package var threshold: Double
  /// Files of the estimator, in order.
  package var estimator: [String]
}

/// Where a model comes from, in `lineage.json`.
package struct ModelLineage: Codable, Hashable, Sendable {
  /// Of the file that it was trained on.
  package struct Data: Codable, Hashable, Sendable {
    package var name: String
    package var sha256: String
    package var bytes: Int
    package var rows: Int

    package init(name: String, sha256: String, bytes: Int, rows: Int) {
      self.name = name
      self.sha256 = sha256
      self.bytes = bytes
      self.rows = rows
    }
  }

  package var data: Data
  package var settings: TrainingSettings
  package var split: SplitSettings
  package var trainRows: Int
  package var testRows: Int
}

/// How good a model is, in `scores.json`.
package struct ModelEvaluation: Codable, Hashable, Sendable {
  package var test: ModelScores
  package var baseline: ModelScores
  package var crossValidation: ModelScores
  package var trials: [TrainingOutcome.Trial]
  package var slices: [TrainingOutcome.Slice]
  package var reliability: [Reliability.Bin]
  package var leakage: LeakageReport

  enum CodingKeys: String, CodingKey {
    case test, baseline, trials, slices, reliability, leakage
    case crossValidation = "cross_validation"
  }
}
