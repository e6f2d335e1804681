import Drift
import Foundation
import HTTPService
import Tables
import Tracking
import Training

/// What a registered model was asked and said in a window of time, beside rows that it learned from.
struct ModelWindow {
  private static let limit = 200_000

  private let model: ModelReference
  private let predictions: [PredictionRecord]
  /// Rows of the training part, with what the model says of them; only that where no rows were kept since.
  let reference: Table

  /// - Parameters:
  ///   - since: seconds since 1970.
  ///   - until: seconds since 1970.
  /// - Throws: `UsageError` where nothing was kept.
  init(_ model: ModelReference, _ tracking: TrackingStore, since: Double, until: Double) throws {
    guard since < until else { throw UsageError("--since must come before --until") }
    self.model = model
    let loader = ModelLoader(tracking)
    let version = try loader.version(model)
    predictions = try tracking.predictions(of: model.name, in: since..<until, limit: Self.limit)
      .filter { $0.version == version.version }
    guard !predictions.isEmpty else { throw UsageError("\(model): no predictions were kept in that time") }
    let table = try Table(jsonLines: try loader.artifact(version).files["baseline.jsonl"] ?? [])
    reference =
      predictions.allSatisfy({ $0.features != nil })
      ? table : try Table(columns: table.columns.filter { $0.name == "prediction" })
  }

  func current() throws -> Table {
    let isNumber = reference["prediction"]?.type == .numerical
    var lines: [UInt8] = []
    for prediction in predictions {
      let said = isNumber ? prediction.output : JSONValue.string(prediction.output).description
      let features = reference.columns.count > 1 ? prediction.features?.dropLast().appending(",") ?? "{" : "{"
      lines += Array("\(features)\"prediction\":\(said)}\n".utf8)
    }
    return try Table(jsonLines: lines, schema: reference.schema)
  }

  func write(_ outcome: DriftOutcome, to path: String) throws {
    let page = DriftReport(
      outcome, createdAt: Date().ISO8601Format(),
      facts: [
        (name: "model", value: model.description), (name: "predictions", value: "\(predictions.count)"),
      ])
    try Data(page.html.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
