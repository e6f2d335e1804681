import Crypto
import Evaluation
import Foundation
import HTTPService
import IndexStore
import Retrieval
import Tracking
import Training

/// The same held-out questions, before and after.
struct HeldOutComparison {
  let name: String
  let measure: String
  let questions: Int
  let before: Double
  let after: Double
  let interval: ConfidenceInterval?
  let pValue: Double

  var difference: Double { after - before }

  init(_ name: String, _ comparison: PairedComparison) {
    self.init(
      name, measure: "\(comparison.measure)", before: comparison.differences.map(\.baseline),
      after: comparison.differences.map(\.candidate))
  }

  /// - Parameters:
  ///   - before: one value a question.
  ///   - after: of the same questions.
  init(_ name: String, measure: String, before: [Double], after: [Double]) {
    self.name = name
    self.measure = measure
    questions = before.count
    self.before = before.reduce(0, +) / Double(max(1, before.count))
    self.after = after.reduce(0, +) / Double(max(1, after.count))
    let differences = zip(after, before).map { $0 - $1 }
    interval = Bootstrap().interval(differences)
    pValue = RandomizationTest().pValue(differences)
  }

  var json: JSONValue {
    .object([
      ("questions", .string(name)), ("count", .integer(questions)), ("measure", .string(measure)),
      ("before", .number(before)), ("after", .number(after)), ("difference", .number(difference)),
      ("low", JSONValue(interval?.low)), ("high", JSONValue(interval?.high)), ("p_value", .number(pValue)),
    ])
  }
}

/// A model that was learned from judgements, judged on questions that it didn't see and registered as a version.
struct LearnedRun {
  private let kind: LearnedKind
  private let collection: String
  private let tracking: TrackingStore
  private let comparisons: [HeldOutComparison]

  /// - Parameter comparisons: of the held-out questions first.
  init(_ kind: LearnedKind, of evaluated: EvaluatedCollection, _ comparisons: [HeldOutComparison]) {
    self.kind = kind
    collection = evaluated.name
    tracking = evaluated.tracking
    self.comparisons = comparisons
  }

  /// Whether it is better on the held-out questions by more than chance, and worse on no other collection by more than that.
  private var isPassed: Bool {
    guard let own = comparisons.first, own.difference > 0, own.pValue < 0.05 else { return false }
    return comparisons.dropFirst().allSatisfy { $0.difference >= 0 || $0.pValue >= 0.05 }
  }

  /// Registers the files with their gate, and prints what came of it; `isJSON` of `nil` prints nothing.
  func register(
    _ files: [String: [UInt8]], parameters: [(String, String)], test: TestCollection, isJSON: Bool?
  ) throws {
    let actor = ModelsCommand.actor
    let log = TrainingLog(
      tracking, actor: actor, provenance: Provenance.tags(folder: FileManager.default.currentDirectoryPath))
    let configuration = parameters.map { "\($0.0)=\($0.1)\n" }.sorted().joined()
    let run = try log.begin(
      "rag train \(kind.rawValue)", experiment: kind.rawValue, configuration: configuration.utf8,
      tags: ["collection": collection])
    try log.read(test.name, hash: test.hash, source: test.path, by: run)
    let now = TrackingStore.now
    var metrics: [Metric] = []
    for comparison in comparisons {
      let place = comparison.name.map { $0.isLetter || $0.isNumber ? $0 : "_" }
      metrics.append(Metric(name: String(place) + "_before", value: comparison.before, step: 0, at: now))
      metrics.append(Metric(name: String(place) + "_after", value: comparison.after, step: 0, at: now))
      metrics.append(Metric(name: String(place) + "_p", value: comparison.pValue, step: 0, at: now))
    }
    try tracking.log(run.id, metrics: metrics, parameters: parameters)
    let name = kind.name(of: collection)
    guard
      let version = try log.keep(
        files, of: run, as: kind.rawValue, type: kind.rawValue, parameters: parameters, register: name)
    else { throw TrackingError(.failed, "'\(name)' got no version") }
    let alias = ModelLoader.championAlias
    let gate = try tracking.recordGate(
      ModelGateEntry(
        actor: actor, model: name, version: version.version, alias: alias,
        champion: try tracking.model(name).aliases[alias], digest: version.digest ?? [],
        dataDigest: test.hash,
        isPassed: isPassed, record: json.description))
    _ = try tracking.updateRun(run.id, status: .finished, endedAt: TrackingStore.now, name: nil)
    if let isJSON { show(version, gate: gate, isJSON: isJSON) }
  }

  private var json: JSONValue {
    .object([
      ("kind", .string(kind.rawValue)), ("passed", .bool(isPassed)),
      ("comparisons", .array(comparisons.map(\.json))),
    ])
  }

  private func show(_ version: ModelVersion, gate: Int64, isJSON: Bool) {
    if isJSON {
      Terminal.out(
        JSONValue.object([
          ("model", .string(version.model)), ("version", .integer(Int(version.version))),
          ("gate", .integer(Int(gate))),
          ("record", json),
        ]).description)
      return
    }
    for comparison in comparisons {
      let interval =
        comparison.interval.map {
          ", 95 % interval \(GateOutcome.signed($0.low)) to \(GateOutcome.signed($0.high))"
        } ?? ""
      Terminal.out(
        "\(comparison.name), \(comparison.questions) questions: \(comparison.measure) \(GateOutcome.shown(comparison.after)) "
          + "against \(GateOutcome.shown(comparison.before)), difference \(GateOutcome.signed(comparison.difference))"
          + "\(interval), p = \(GateOutcome.shown(comparison.pValue))")
    }
    Terminal.out(
      "\(version.model) version \(version.version): "
        + (isPassed
          ? "gate \(gate) lets it through; 'rag models promote \(version.model)' makes it serve"
          : "no gain that is more than chance; gate \(gate) holds it back"))
  }
}
