import Kernels

/// Rows in, probabilities or values out.
package struct TrainedModel: Sendable {
  package var schema: ModelSchema
  package var preprocessor: Preprocessor
  package var estimator: Estimator
  package var calibration: Calibration
  /// Probability of the second of two classes from which on it is said.
  package var threshold: Double

  package init(
    schema: ModelSchema, preprocessor: Preprocessor, estimator: Estimator, calibration: Calibration = .none,
    threshold: Double = 0.5
  ) {
    self.schema = schema
    self.preprocessor = preprocessor
    self.estimator = estimator
    self.calibration = calibration
    self.threshold = threshold
  }

  /// - Returns: shape `[n, classes]`, rows that sum to 1; in a regression shape `[n, 1]`.
  /// - Complexity: O(n × (width + trees × depth)).
  package func predict(_ table: FeatureTable) -> DoubleMatrix {
    calibration.applied(to: estimator.link.probabilities(estimator.scores(preprocessor.matrix(table))))
  }

  /// The class that is said of a row; `nil` in a regression.
  package func label(_ values: DoubleMatrix, row: Int) -> String? {
    guard schema.task != .regression else { return nil }
    return schema.classes[Predictions.decision(values, row: row, threshold: threshold)]
  }
}
