import Kernels

/// Rows in, probabilities or values out.
package struct TrainedModel: Sendable {
  package var schema: ModelSchema
  package var preprocessor: Preprocessor
  package var estimator: Estimator
  package var calibration: Calibration
  /// Probability of the second of two classes from which on it is said.
  package var threshold: Double
  /// That reads embedding columns.
  package var texts: TextVectors?

  package init(
    schema: ModelSchema, preprocessor: Preprocessor, estimator: Estimator, calibration: Calibration = .none,
    threshold: Double = 0.5, texts: TextVectors? = nil
  ) {
    self.schema = schema
    self.preprocessor = preprocessor
    self.estimator = estimator
    self.calibration = calibration
    self.threshold = threshold
    self.texts = texts
  }

  /// - Returns: shape `[n, classes]`, rows that sum to 1; in a regression shape `[n, 1]`; distances from centres, or
  ///   coordinates, where nothing is predicted.
  /// - Complexity: O(n × (width + trees × depth)).
  package func predict(_ table: FeatureTable) -> DoubleMatrix {
    said(preprocessor.matrix(table, texts))
  }

  private func said(_ rows: Matrix) -> DoubleMatrix {
    calibration.applied(to: estimator.link.probabilities(estimator.scores(rows)))
  }

  /// What the model says of rows, as it is judged.
  ///
  /// - Parameter target: what is true of them; read only where something is predicted.
  package func predictions(_ table: FeatureTable, target: [Double], weights: [Double]? = nil) -> Predictions {
    guard !schema.task.hasTarget else {
      return Predictions(values: predict(table), target: target, weights: weights, threshold: threshold)
    }
    let rows = preprocessor.matrix(table, texts)
    let spreads = spreads(rows)
    var values = said(rows)
    if schema.task == .projection {
      // What is left of a row's distance from the mean: components are at right angles.
      values = DoubleMatrix(
        rows: rows.rows, columns: 1,
        values: (0..<rows.rows).map { row in
          let told = values.values[row * values.columns..<(row + 1) * values.columns].reduce(0) {
            $0 + $1 * $1
          }
          return max(0, spreads[row] - told).squareRoot()
        })
    }
    return Predictions(values: values, target: spreads, weights: weights)
  }

  /// Squared distance of each prepared row from the mean of those that were learned from.
  private func spreads(_ rows: Matrix) -> [Double] {
    let mean = estimator.mean
    return (0..<rows.rows).map { row in
      mean.indices.reduce(0) { sum, feature in
        let difference = Double(rows.values[row * rows.columns + feature]) - Double(mean[feature])
        return sum + difference * difference
      }
    }
  }

  /// The class that is said of a row; `nil` in a regression.
  package func label(_ values: DoubleMatrix, row: Int) -> String? {
    guard schema.hasLabel else { return nil }
    if schema.task == .clustering {
      let distances = values.values[row * values.columns..<(row + 1) * values.columns]
      return distances.indices.min { distances[$0] < distances[$1] }.map {
        schema.classes[$0 - distances.startIndex]
      }
    }
    return schema.classes[Predictions.decision(values, row: row, threshold: threshold)]
  }
}
