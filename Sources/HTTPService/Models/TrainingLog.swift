import Crypto
import Foundation
import Storage
import Tracking
import Training

/// Records a trained model: a run with what was given and measured, the model's files, and a registered version.
package struct TrainingLog: Sendable {
  private let tracking: TrackingStore
  private let actor: String
  /// Tags of each run: what made it.
  private let provenance: [String: String]

  package init(_ tracking: TrackingStore, actor: String, provenance: [String: String] = [:]) {
    self.tracking = tracking
    self.actor = actor
    self.provenance = provenance
  }

  /// - Parameters:
  ///   - experiment: made where it is missing; the default one where it is `nil`.
  ///   - register: registered model that gets a version; made where it is missing.
  /// - Throws: `TrackingError`; a run that could not be finished is marked as failed.
  package func record(
    _ outcome: TrainingOutcome, _ artifact: ModelArtifact, dataPath: String, dataHash: String,
    experiment: String?,
    register: String?
  ) throws -> (run: String, version: ModelVersion?) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let run = try begin(
      "rag train", experiment: experiment, configuration: try encoder.encode(outcome.settings),
      tags: ["rag.artifact_digest": artifact.digest])
    do {
      let version = try record(outcome, artifact, run, dataPath, dataHash, register)
      _ = try tracking.updateRun(run.id, status: .finished, endedAt: TrackingStore.now, name: nil)
      return (run.id, version)
    } catch {
      _ = try? tracking.updateRun(run.id, status: .failed, endedAt: TrackingStore.now, name: nil)
      throw error
    }
  }

  /// Begins a run that says what made it.
  ///
  /// - Parameters:
  ///   - experiment: made where it is missing; the default one where it is `nil`.
  ///   - configuration: what it was told to do, in bytes that are the same for the same settings.
  package func begin(
    _ source: String, experiment: String?, configuration: some Sequence<UInt8>, tags: [String: String]
  ) throws(TrackingError) -> Run {
    var all = provenance.merging(tags) { $1 }
    all["mlflow.source.type"] = "LOCAL"
    all["mlflow.source.name"] = source
    all["mlflow.user"] = actor
    all[TrackingStore.configurationTag] = Hex.string(SHA256.hash(data: Array(configuration)))
    return try tracking.createRun(
      experiment: try experiment.map { name throws(TrackingError) in try tracking.experimentID(named: name) }
        ?? 0,
      name: nil, user: actor, startedAt: nil, tags: all)
  }

  /// Notes what data a run learned from.
  ///
  /// - Parameter hash: SHA-256 in hexadecimal digits.
  package func read(_ name: String, hash: String, source: String, by run: Run) throws(TrackingError) {
    try tracking.logInputs(
      run.id,
      datasets: [
        Dataset(
          name: name, digest: String(hash.prefix(TrackingStore.datasetDigestLength)), sourceType: "local",
          source: source, tags: ["mlflow.data.context": "training"])
      ], models: [])
  }

  private func record(
    _ outcome: TrainingOutcome, _ artifact: ModelArtifact, _ run: Run, _ dataPath: String, _ dataHash: String,
    _ register: String?
  ) throws -> ModelVersion? {
    let parameters: [(String, String)] =
      outcome.parameters.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") } + [
        ("algorithm", outcome.settings.algorithm.rawValue), ("target", outcome.settings.target ?? "none"),
        ("split", outcome.split.method.rawValue), ("seed", "\(outcome.settings.seed)"),
        ("calibration", outcome.settings.calibration.rawValue), ("threshold", outcome.settings.threshold),
      ]
    let now = TrackingStore.now
    var metrics: [Metric] = []
    for (prefix, scores) in [
      ("", outcome.scores), ("cv_", outcome.crossValidation), ("baseline_", outcome.baseline),
    ] {
      for (name, score) in scores.scores.sorted(by: { $0.key < $1.key }) {
        metrics.append(Metric(name: prefix + name, value: score.value, step: 0, at: now))
      }
    }
    for (step, trial) in outcome.trials.enumerated() where outcome.trials.count > 1 {
      metrics.append(Metric(name: "trial_score", value: trial.score, step: Int64(step), at: now))
    }
    try tracking.log(run.id, metrics: metrics, parameters: parameters)
    try read(URL(fileURLWithPath: dataPath).lastPathComponent, hash: dataHash, source: dataPath, by: run)
    return try keep(
      artifact.files, of: run, as: register ?? outcome.settings.algorithm.rawValue,
      type: Self.type(outcome.model.schema.task), parameters: parameters,
      tags: ["rag.artifact_digest": artifact.digest], register: register)
  }

  private static func type(_ task: ModelTask) -> String {
    switch task {
    case .binary, .multiclass: "classifier"
    case .regression: "regressor"
    case .clustering: "clusterer"
    case .projection: "transformer"
    }
  }

  /// Keeps a model's files as what a run made, and registers a version.
  ///
  /// - Parameters:
  ///   - files: content by name.
  ///   - register: registered model that gets the version; made where it is missing.
  /// - Returns: the version; `nil` where none was wanted.
  /// - Throws: `TrackingError`.
  package func keep(
    _ files: [String: [UInt8]], of run: Run, as name: String, type: String, parameters: [(String, String)],
    tags: [String: String] = [:], register: String?
  ) throws(TrackingError) -> ModelVersion? {
    let model = try tracking.createLoggedModel(
      experiment: run.experiment, name: name, sourceRun: run.id, type: type, parameters: parameters,
      tags: tags)
    guard let place = TrackingStore.storePath(model.artifactURI) else {
      throw TrackingError(.invalid, "the experiment keeps its files elsewhere: \(model.artifactURI)")
    }
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      try tracking.artifacts.put(bytes, at: "\(place)/\(name)")
    }
    _ = try tracking.setLoggedModel(model.id, status: .ready)
    try tracking.logOutputs(run.id, models: [ModelUse(model: model.id)])
    guard let register else { return nil }
    do {
      _ = try tracking.createModel(register, description: nil, tags: [:], actor: actor)
    } catch {
      guard error.code == .exists else { throw error }
    }
    // What serves now is what this is made to replace.
    if let serving = try tracking.servingVersion(of: register, alias: ModelLoader.championAlias),
      let parent = try tracking.version(register, serving.number).loggedModel
    {
      try tracking.logInputs(run.id, datasets: [], models: [ModelUse(model: parent)])
    }
    return try tracking.createVersion(
      of: register, source: "models:/\(model.id)", run: run.id, runLink: nil, loggedModel: model.id,
      description: nil, tags: tags, actor: actor)
  }
}
