import Foundation
import Tracking
import Training

/// Records a trained model: a run with what was given and measured, the model's files, and a registered version.
package struct TrainingLog: Sendable {
  private let tracking: TrackingStore
  private let actor: String

  package init(_ tracking: TrackingStore, actor: String) {
    self.tracking = tracking
    self.actor = actor
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
    let experiment = try experiment.map { try tracking.experimentID(named: $0) } ?? 0
    let run = try tracking.createRun(
      experiment: experiment, name: nil, user: actor, startedAt: nil,
      tags: [
        "mlflow.source.type": "LOCAL", "mlflow.source.name": "rag train", "mlflow.user": actor,
        "rag.artifact_digest": artifact.digest,
      ])
    do {
      let version = try record(outcome, artifact, run, dataPath, dataHash, register)
      _ = try tracking.updateRun(run.id, status: .finished, endedAt: TrackingStore.now, name: nil)
      return (run.id, version)
    } catch {
      _ = try? tracking.updateRun(run.id, status: .failed, endedAt: TrackingStore.now, name: nil)
      throw error
    }
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
    try tracking.logInputs(
      run.id,
      datasets: [
        Dataset(
          name: URL(fileURLWithPath: dataPath).lastPathComponent, digest: String(dataHash.prefix(32)),
          sourceType: "local", source: dataPath, tags: ["mlflow.data.context": "training"])
      ], models: [])
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
    return try tracking.createVersion(
      of: register, source: "models:/\(model.id)", run: run.id, runLink: nil, loggedModel: model.id,
      description: nil, tags: tags, actor: actor)
  }
}
