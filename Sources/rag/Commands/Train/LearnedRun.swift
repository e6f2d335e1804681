import Crypto
import Evaluation
import Foundation
import HTTPService
import IndexStore
import Retrieval
import Tracking
import Training

/// A model that was learned from judgements, judged on questions that it didn't see and registered as a version.
struct LearnedRun {
  let kind: LearnedKind
  let collection: String
  let tracking: TrackingStore
  let comparisons: [(name: String, comparison: PairedComparison)]

  /// Whether it is better on the held-out questions by more than chance, and worse on no other collection by more than that.
  var isPassed: Bool {
    guard let own = comparisons.first?.comparison, own.meanDifference > 0, own.pValue < 0.05 else { return false }
    return comparisons.dropFirst().allSatisfy { $0.comparison.meanDifference >= 0 || $0.comparison.pValue >= 0.05 }
  }

  /// Registers the files with their gate.
  ///
  /// - Returns: the version and the gate's number.
  func record(
    _ files: [String: [UInt8]], parameters: [(String, String)], test: TestCollection, actor: String
  ) throws -> (version: ModelVersion, gate: Int64) {
    let run = try tracking.createRun(
      experiment: try tracking.experimentID(named: kind.rawValue), name: nil, user: actor, startedAt: nil,
      tags: ["mlflow.source.name": "rag train \(kind.rawValue)", "mlflow.user": actor, "collection": collection])
    let now = TrackingStore.now
    var metrics: [Metric] = []
    for (name, comparison) in comparisons {
      let place = name.map { $0.isLetter || $0.isNumber ? $0 : "_" }
      metrics.append(Metric(name: String(place) + "_before", value: comparison.baselineMean, step: 0, at: now))
      metrics.append(Metric(name: String(place) + "_after", value: comparison.candidateMean, step: 0, at: now))
      metrics.append(Metric(name: String(place) + "_p", value: comparison.pValue, step: 0, at: now))
    }
    try tracking.log(run.id, metrics: metrics, parameters: parameters)
    let model = try tracking.createLoggedModel(
      experiment: run.experiment, name: kind.rawValue, sourceRun: run.id, type: kind.rawValue, parameters: parameters,
      tags: [:])
    guard let place = TrackingStore.storePath(model.artifactURI) else {
      throw TrackingError(.invalid, "the experiment keeps its files elsewhere: \(model.artifactURI)")
    }
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      try tracking.artifacts.put(bytes, at: "\(place)/\(name)")
    }
    _ = try tracking.setLoggedModel(model.id, status: .ready)
    let name = kind.name(of: collection)
    if (try? tracking.model(name)) == nil {
      _ = try tracking.createModel(name, description: nil, tags: [:], actor: actor)
    }
    let version = try tracking.createVersion(
      of: name, source: "models:/\(model.id)", run: run.id, runLink: nil, loggedModel: model.id, description: nil,
      tags: [:], actor: actor)
    let alias = ModelLoader.championAlias
    let gate = try tracking.recordGate(
      ModelGateEntry(
        actor: actor, model: name, version: version.version, alias: alias,
        champion: try tracking.model(name).aliases[alias], digest: version.digest ?? [], dataDigest: test.hash,
        isPassed: isPassed, record: json.description))
    _ = try tracking.updateRun(run.id, status: .finished, endedAt: TrackingStore.now, name: nil)
    return (version, gate)
  }

  var json: JSONValue {
    .object([
      ("kind", .string(kind.rawValue)), ("passed", .bool(isPassed)),
      (
        "comparisons",
        .array(
          comparisons.map { name, comparison in
            .object([("questions", .string(name)), ("comparison", comparison.json)])
          })
      ),
    ])
  }

  func show(_ version: ModelVersion, gate: Int64, isJSON: Bool) {
    if isJSON {
      Terminal.out(
        JSONValue.object([
          ("model", .string(version.model)), ("version", .integer(Int(version.version))), ("gate", .integer(Int(gate))),
          ("record", json),
        ]).description)
      return
    }
    for (name, comparison) in comparisons {
      let interval =
        comparison.interval.map { ", 95 % interval \(GateOutcome.signed($0.low)) to \(GateOutcome.signed($0.high))" } ?? ""
      Terminal.out(
        "\(name), \(comparison.differences.count) questions: \(comparison.measure) \(GateOutcome.shown(comparison.candidateMean)) "
          + "against \(GateOutcome.shown(comparison.baselineMean)), difference \(GateOutcome.signed(comparison.meanDifference))"
          + "\(interval), p = \(GateOutcome.shown(comparison.pValue))")
    }
    Terminal.out(
      "\(version.model) version \(version.version): "
        + (isPassed
          ? "gate \(gate) lets it through; 'rag models promote \(version.model)' makes it serve"
          : "no gain that is more than chance; gate \(gate) holds it back"))
  }
}
