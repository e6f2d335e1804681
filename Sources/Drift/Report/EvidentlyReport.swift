import Tables

/// A table's result in the shape of Evidently's reports before 0.7, for code that reads
/// `metrics[0].result.dataset_drift`.
package struct EvidentlyReport: Encodable, Sendable {
  struct Metric: Encodable {
    var metric: String
    var result: Result
  }

  struct Result: Encodable {
    var driftShare: Double
    var numberOfColumns: Int
    var numberOfDriftedColumns: Int
    var shareOfDriftedColumns: Double
    var datasetDrift: Bool
    var driftByColumns: [String: ColumnDrift]?

    enum CodingKeys: String, CodingKey {
      case driftShare = "drift_share"
      case numberOfColumns = "number_of_columns"
      case numberOfDriftedColumns = "number_of_drifted_columns"
      case shareOfDriftedColumns = "share_of_drifted_columns"
      case datasetDrift = "dataset_drift"
      case driftByColumns = "drift_by_columns"
    }
  }

  struct ColumnDrift: Encodable {
    var columnName: String
    var columnType: String
    var testName: String
    var threshold: Double
    var score: Double
    var isDetected: Bool

    enum CodingKeys: String, CodingKey {
      case columnName = "column_name"
      case columnType = "column_type"
      case testName = "stattest_name"
      case threshold = "stattest_threshold"
      case score = "drift_score"
      case isDetected = "drift_detected"
    }
  }

  private let metrics: [Metric]

  /// Columns that could not be tested are left out, as they are there.
  package init(_ result: DriftResult) {
    let tested = result.columns.filter { $0.method != nil }
    var summary = Result(
      driftShare: result.settings.driftShare, numberOfColumns: tested.count,
      numberOfDriftedColumns: result.driftedColumns, shareOfDriftedColumns: result.driftedShare,
      datasetDrift: result.verdict == .drift)
    var metrics = [Metric(metric: "DatasetDriftMetric", result: summary)]
    summary.driftByColumns = Dictionary(
      uniqueKeysWithValues: tested.map { column in
        (
          column.name,
          ColumnDrift(
            columnName: column.name, columnType: Self.name(of: column.type), testName: Self.name(of: column),
            threshold: column.threshold, score: column.adjustedP ?? column.score ?? .nan,
            isDetected: column.verdict == .drift)
        )
      })
    metrics.append(Metric(metric: "DataDriftTable", result: summary))
    self.metrics = metrics
  }

  /// As Evidently shows its methods.
  private static func name(of column: ColumnResult) -> String {
    switch column.method {
    case .kolmogorovSmirnov: "K-S p_value"
    case .wasserstein: "Wasserstein distance (normed)"
    case .jensenShannon: "Jensen-Shannon distance"
    case .chiSquareFixed, .chiSquareTwoSample: "chi-square p_value"
    case .z: "Z-test p_value"
    case .domainClassifier:
      column.pValue == nil ? "Absolute text content drift" : "Percentile text content drift"
    case nil: ""
    }
  }

  private static func name(of type: ColumnType) -> String {
    switch type {
    case .numerical: "num"
    case .categorical: "cat"
    case .text: "text"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case metrics
  }
}
