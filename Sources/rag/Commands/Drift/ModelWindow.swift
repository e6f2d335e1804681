import Drift
import Foundation
import HTTPService
import Tables
import Tracking
import Training

/// What a registered model was asked and said in a window of time, beside rows that it learned from.
struct ModelWindow {
  private static let limit = 200_000

  let model: ModelReference
  let tracking: TrackingStore
  /// Seconds since 1970.
  let since: Double
  let until: Double

  /// Rows of the training part, with what the model says of them; only that where no rows were kept since.
  func reference() throws -> Table {
    let loader = ModelLoader(tracking)
    let artifact = try loader.artifact(try loader.version(model))
    let table = try Table(jsonLines: artifact.files["baseline.jsonl"] ?? [])
    guard try kept().allSatisfy({ $0.features != nil }) else {
      return try Table(columns: table.columns.filter { $0.name == "prediction" })
    }
    return table
  }

  /// - Throws: `UsageError` where nothing was kept.
  func current() throws -> Table {
    let predictions = try kept()
    guard !predictions.isEmpty else { throw UsageError("\(model): no predictions were kept in that time") }
    let reference = try reference()
    let isNumber = reference["prediction"]?.type == .numerical
    var lines: [UInt8] = []
    for prediction in predictions {
      let said = isNumber ? prediction.output : JSONValue.string(prediction.output).description
      let features = reference.columns.count > 1 ? prediction.features?.dropLast().appending(",") ?? "{" : "{"
      lines += Array("\(features)\"prediction\":\(said)}\n".utf8)
    }
    return try Table(jsonLines: lines, schema: reference.schema)
  }

  private func kept() throws -> [PredictionRecord] {
    let version = try ModelLoader(tracking).version(model).version
    guard since < until else { throw UsageError("--since must come before --until") }
    return try tracking.predictions(of: model.name, in: since..<until, limit: Self.limit)
      .filter { $0.version == version }
  }

  func write(_ outcome: DriftOutcome, to path: String) throws {
    let page = DriftReport(
      outcome, createdAt: Date().ISO8601Format(),
      facts: [(name: "model", value: model.description), (name: "predictions", value: "\(try kept().count)")])
    try Data(page.html.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
