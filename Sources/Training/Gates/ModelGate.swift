import Foundation
import Kernels
import Tables

/// One demand of a policy and whether it is met.
package struct GateCheck: Codable, Hashable, Sendable {
  package var name: String
  package var isPassed: Bool
  package var message: String
}

/// What a gate found. Written down whole, and never changed.
package struct GateRecord: Codable, Hashable, Sendable {
  package var model: String
  package var version: Int
  package var digest: String
  package var champion: Int?
  package var championDigest: String?
  package var policy: GatePolicy
  /// SHA-256 of the held-out file.
  package var dataDigest: String
  package var rows: Int
  /// Earlier gates that looked at the same file: the more, the less it tells.
  package var earlierUses: Int
  package var scores: ModelScores
  package var comparison: ModelComparison?
  package var checks: [GateCheck]

  package var isPassed: Bool { checks.allSatisfy(\.isPassed) }
}

/// Judges a model by a policy on rows that were held out.
package struct ModelGate: Sendable {
  package struct Candidate: Sendable {
    package var name: String
    package var version: Int
    package var artifact: ModelArtifact
    package var model: TrainedModel

    package init(name: String, version: Int, artifact: ModelArtifact, model: TrainedModel) {
      self.name = name
      self.version = version
      self.artifact = artifact
      self.model = model
    }
  }

  package var policy: GatePolicy
  package var threads: Int

  package init(_ policy: GatePolicy, threads: Int = 1) {
    self.policy = policy
    self.threads = threads
  }

  /// - Parameters:
  ///   - approvals: of others than whoever trained it.
  ///   - earlierUses: of the held-out file.
  /// - Throws: `.invalidArgument` for an empty policy, and where the file is one that a model was trained on; `.schema` for
  ///   rows that don't fit; `.unfit`.
  package func judge(
    _ challenger: Candidate, champion: Candidate?, data: Table, dataDigest: String, approvals: Int,
    earlierUses: Int
  ) throws(TrainingError) -> GateRecord {
    guard !policy.isEmpty else {
      throw TrainingError(.invalidArgument, "the policy asks for nothing, and would let every model through")
    }
    for candidate in [challenger, champion].compactMap({ $0 }) {
      guard try candidate.artifact.lineage().data.sha256 != dataDigest else {
        throw TrainingError(
          .invalidArgument,
          "\(candidate.name) version \(candidate.version) was trained on this very file; give rows that were held out"
        )
      }
    }
    let said = try predictions(challenger.model, data)
    let task = challenger.model.schema.task
    let scores = ModelScores(said, task: task, threads: threads)
    let first = said.values.values.prefix(said.values.columns)
    let varies = (0..<said.values.rows).contains { row in
      said.values.values[row * first.count..<(row + 1) * first.count] != first
    }
    var checks = [
      GateCheck(
        name: "varies", isPassed: varies,
        message: varies ? "rows get different answers" : "every row gets the same answer")
    ]
    for text in policy.thresholds ?? [] {
      let threshold = try MeasureThreshold(text)
      let value = scores[threshold.measure]?.value
      checks.append(
        GateCheck(
          name: text, isPassed: value.map(threshold.holds) ?? false,
          message: value.map { "\(threshold.measure.rawValue) is \(Self.shown($0))" }
            ?? "\(threshold.measure.rawValue) isn't defined here"))
    }
    let comparison = try compare(challenger, champion, said, data, task, &checks)
    if let slices = policy.slices { checks += try sliced(slices, said, data, task) }
    try budgets(challenger, said, data, approvals, &checks)
    return GateRecord(
      model: challenger.name, version: challenger.version, digest: challenger.artifact.digest,
      champion: champion?.version, championDigest: champion?.artifact.digest, policy: policy,
      dataDigest: dataDigest,
      rows: data.rowCount, earlierUses: earlierUses, scores: scores, comparison: comparison, checks: checks)
  }

  private func predictions(_ model: TrainedModel, _ data: Table) throws(TrainingError) -> Predictions {
    guard model.schema.task.hasTarget else {
      return model.predictions(try FeatureTable(data, model.schema.features), target: [])
    }
    guard let target = model.schema.columns.first(where: { $0.role == .target }) else {
      throw TrainingError(.damaged, "the model's schema names no target")
    }
    let table = try FeatureTable(data, model.schema.features + [target])
    return model.predictions(table, target: try Trainer.target(model.schema, table))
  }

  private func compare(
    _ challenger: Candidate, _ champion: Candidate?, _ said: Predictions, _ data: Table, _ task: ModelTask,
    _ checks: inout [GateCheck]
  ) throws(TrainingError) -> ModelComparison? {
    guard let demand = policy.champion else { return nil }
    guard let champion else {
      checks.append(GateCheck(name: "champion", isPassed: true, message: "nothing serves yet"))
      return nil
    }
    guard champion.model.schema.classes == challenger.model.schema.classes, champion.model.schema.task == task
    else {
      checks.append(
        GateCheck(
          name: "champion", isPassed: false,
          message: "the champion predicts other classes; they can't be compared"))
      return nil
    }
    let found = try ModelComparison(
      champion: try predictions(champion.model, data), challenger: said, measure: demand.measure, task: task,
      threads: threads)
    let margin = demand.margin ?? 0.01
    let isPassed = demand.require == .better ? found.low > 0 : found.low >= -margin
    let wanted = demand.require == .better ? "better" : "not worse by more than \(margin)"
    checks.append(
      GateCheck(
        name: "champion", isPassed: isPassed,
        message:
          "\(demand.measure.rawValue) \(Self.shown(found.challenger)) beside \(Self.shown(found.champion)) of version "
          + "\(champion.version): better by \(Self.shown(found.low))…\(Self.shown(found.high)); wanted: \(wanted)"
      ))
    return found
  }

  private func sliced(
    _ slices: GatePolicy.Slices, _ said: Predictions, _ data: Table, _ task: ModelTask
  ) throws(TrainingError) -> [GateCheck] {
    let threshold = try MeasureThreshold(slices.threshold)
    var checks: [GateCheck] = []
    for name in slices.columns {
      guard let column = data[name] else {
        throw TrainingError(.invalidArgument, "there is no column \(name) to slice by")
      }
      var rows: [String: [Int]] = [:]
      for (row, text) in FeatureTable.texts(of: column).enumerated() {
        rows[text ?? "(missing)", default: []].append(row)
      }
      for (value, rows) in rows.sorted(by: { $0.key < $1.key }) {
        let isEnough = rows.count >= slices.leastRows ?? 30
        let score = threshold.measure.value(said.rows(rows))
        let isPassed = !isEnough || score.isNaN || threshold.holds(score)
        checks.append(
          GateCheck(
            name: "\(name)=\(value): \(slices.threshold)", isPassed: isPassed,
            message: isEnough
              ? "\(threshold.measure.rawValue) is \(Self.shown(score)) in \(rows.count) rows"
              : "only \(rows.count) rows: not judged"
          ))
      }
    }
    return checks
  }

  private func budgets(
    _ challenger: Candidate, _ said: Predictions, _ data: Table, _ approvals: Int, _ checks: inout [GateCheck]
  ) throws(TrainingError) {
    if let limit = policy.calibrationError {
      let error = ModelMeasure.calibrationError.value(said)
      checks.append(
        GateCheck(
          name: "calibration_error", isPassed: error <= limit,
          message: "\(Self.shown(error)), at most \(limit) wanted"))
    }
    if let limit = policy.size {
      let size = Double(challenger.artifact.files.values.reduce(0) { $0 + $1.count }) / 1_048_576
      checks.append(
        GateCheck(
          name: "size", isPassed: size <= limit, message: "\(Self.shown(size)) MiB, at most \(limit) wanted"))
    }
    if let limit = policy.latency {
      let table = try FeatureTable(data, challenger.model.schema.features)
      let clock = ContinuousClock()
      let times = (0..<500).map { round -> Double in
        let row = table.rows([round % max(1, table.rowCount)])
        let time = clock.measure { _ = challenger.model.predict(row) }
        return Double(time.components.attoseconds) * 1e-15 + Double(time.components.seconds) * 1000
      }.sorted()
      let slow = times[times.count * 99 / 100]
      checks.append(
        GateCheck(
          name: "latency", isPassed: slow <= limit,
          message: "\(Self.shown(slow)) ms a row at the 99th percentile, at most \(limit) wanted"))
    }
    if policy.cleanLeakage == true {
      let leakage = try challenger.artifact.evaluation().leakage
      checks.append(
        GateCheck(
          name: "clean_leakage", isPassed: leakage.findings.isEmpty,
          message: leakage.findings.isEmpty
            ? "nothing tells the target" : leakage.findings.map(\.message).joined(separator: "; ")))
    }
    if let wanted = policy.approvals, wanted > 0 {
      checks.append(
        GateCheck(
          name: "approvals", isPassed: approvals >= wanted,
          message: "\(approvals) of \(wanted): rag models approve"))
    }
  }

  private static func shown(_ value: Double) -> String { String(format: "%.4f", value) }
}
