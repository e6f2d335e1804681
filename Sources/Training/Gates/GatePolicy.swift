/// What a model must show before it may serve.
package struct GatePolicy: Codable, Hashable, Sendable {
  /// A comparison with the model that serves, on the same rows.
  package struct Champion: Codable, Hashable, Sendable {
    package enum Demand: String, Codable, Sendable {
      /// The interval of the difference must not reach below the margin.
      case notWorse = "not_worse"
      /// The whole interval must lie above 0.
      case better
    }

    package var measure: ModelMeasure
    package var require: Demand?
    /// How much worse the low end of the interval may be; 0.01 where it is left out.
    package var margin: Double?

    package init(measure: ModelMeasure, require: Demand? = nil, margin: Double? = nil) {
      self.measure = measure
      self.require = require
      self.margin = margin
    }

    package enum CodingKeys: String, CodingKey, CaseIterable { case measure, require, margin }
  }

  /// A floor for each value of a column.
  package struct Slices: Codable, Hashable, Sendable {
    package var columns: [String]
    /// As `roc_auc >= 0.7`.
    package var threshold: String
    /// Slices of fewer rows are told, not judged; 30 where it is left out.
    package var leastRows: Int?

    package init(columns: [String], threshold: String, leastRows: Int? = nil) {
      self.columns = columns
      self.threshold = threshold
      self.leastRows = leastRows
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
      case columns, threshold
      case leastRows = "least_rows"
    }
  }

  /// As `roc_auc >= 0.8` and `log_loss <= 0.5`.
  package var thresholds: [String]?
  package var champion: Champion?
  package var slices: Slices?
  /// Of one row, milliseconds, 99th percentile.
  package var latency: Double?
  /// Of all files, MiB.
  package var size: Double?
  /// Largest expected calibration error, 0…1.
  package var calibrationError: Double?
  /// Nothing was found that tells the target, not even by permission.
  package var cleanLeakage: Bool?
  /// How many other people than the one who trained it must have approved.
  package var approvals: Int?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case thresholds, champion, slices, approvals
    case latency = "latency_p99_ms"
    case size = "size_mib"
    case calibrationError = "calibration_error"
    case cleanLeakage = "clean_leakage"
  }

  package init() {}

  /// Whether nothing is asked for: such a gate would let everything through.
  package var isEmpty: Bool {
    (thresholds ?? []).isEmpty && champion == nil && slices == nil && latency == nil && size == nil
      && calibrationError == nil && cleanLeakage != true && (approvals ?? 0) == 0
  }
}

/// `measure >= bound` or `measure <= bound`.
package struct MeasureThreshold: Hashable, Sendable {
  package var measure: ModelMeasure
  package var isFloor: Bool
  package var bound: Double

  /// - Throws: `.invalidArgument` for other text.
  package init(_ text: String) throws(TrainingError) {
    let text = text.replacing(" ", with: "")
    for (sign, isFloor) in [(">=", true), ("<=", false)] {
      let parts = text.split(separator: sign, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      guard let measure = ModelMeasure(rawValue: String(parts[0])), let bound = Double(parts[1]) else {
        break
      }
      self.measure = measure
      self.isFloor = isFloor
      self.bound = bound
      return
    }
    throw TrainingError(
      .invalidArgument,
      "\"\(text)\" is no threshold: MEASURE >= NUMBER and MEASURE <= NUMBER are; measures are "
        + ModelMeasure.allCases.map(\.rawValue).joined(separator: ", "))
  }

  package func holds(_ value: Double) -> Bool { isFloor ? value >= bound : value <= bound }
}
