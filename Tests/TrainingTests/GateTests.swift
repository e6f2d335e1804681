import Foundation
import Kernels
import Tables
import TestSupport
import Testing
import Training

@Suite struct ModelGateTests {
  private func candidate(
    _ version: Int, _ algorithm: Algorithm, _ parameters: [String: Double], sha: String = "a"
  ) throws
    -> ModelGate.Candidate
  {
    var settings = TrainingSettings(target: "churned", algorithm: algorithm)
    settings.parameters = parameters
    let artifact = try ModelArtifact(
      Trainer(settings).train(Samples.churn(500, seed: 3)),
      data: .init(name: "a", sha256: sha, bytes: 0, rows: 500))
    return ModelGate.Candidate(
      name: "churn", version: version, artifact: artifact, model: try artifact.model())
  }

  private func judge(
    _ policy: GatePolicy, _ challenger: ModelGate.Candidate, _ champion: ModelGate.Candidate? = nil,
    approvals: Int = 0
  ) throws -> GateRecord {
    try ModelGate(policy).judge(
      challenger, champion: champion, data: Samples.churn(400, seed: 8), dataDigest: "held",
      approvals: approvals,
      earlierUses: 0)
  }

  @Test func eachDemandIsHeldAgainstTheModel() throws {
    let good = try candidate(1, .boosting, ["n_estimators": 30, "max_depth": 3])
    let cases: [(String, (inout GatePolicy) -> Void, Bool)] = [
      ("roc_auc >= 0.8", { $0.thresholds = ["roc_auc >= 0.8"] }, true),
      ("roc_auc >= 0.999", { $0.thresholds = ["roc_auc >= 0.999"] }, false),
      ("log_loss <= 0.01", { $0.thresholds = ["log_loss <= 0.01"] }, false),
      ("size", { $0.size = 10 }, true), ("size", { $0.size = 0.001 }, false),
      ("calibration_error", { $0.calibrationError = 0.2 }, true),
      ("calibration_error", { $0.calibrationError = 0.0001 }, false),
      ("latency", { $0.latency = 1000 }, true), ("latency", { $0.latency = 1e-9 }, false),
      ("clean_leakage", { $0.cleanLeakage = true }, true), ("approvals", { $0.approvals = 1 }, false),
      (
        "region=north: roc_auc >= 0.7",
        { $0.slices = .init(columns: ["region"], threshold: "roc_auc >= 0.7") }, true
      ),
      (
        "region=north: roc_auc >= 0.9999",
        { $0.slices = .init(columns: ["region"], threshold: "roc_auc >= 0.9999") }, false
      ),
    ]
    for (name, change, isPassed) in cases {
      var policy = GatePolicy()
      change(&policy)
      let record = try judge(policy, good)
      #expect(record.checks.first { $0.name == name }?.isPassed == isPassed, "\(name): \(record.checks)")
      #expect(record.isPassed == isPassed)
    }
    var approved = GatePolicy()
    approved.approvals = 1
    #expect(try judge(approved, good, approvals: 1).isPassed)
  }

  @Test func theChampionIsBesideIt() throws {
    let good = try candidate(1, .boosting, ["n_estimators": 30, "max_depth": 3])
    let weak = try candidate(2, .boosting, ["n_estimators": 1, "max_depth": 1, "learning_rate": 0.01])
    var policy = GatePolicy()
    policy.champion = .init(measure: .rocAUC, require: .notWorse, margin: 0.01)
    #expect(try judge(policy, good).isPassed, "nothing serves yet")
    #expect(try judge(policy, good, good).isPassed, "as good as itself")
    #expect(try !judge(policy, weak, good).isPassed)
    let record = try judge(policy, good, weak)
    let comparison = try #require(record.comparison)
    #expect(
      comparison.low > 0 && comparison.low < comparison.difference && comparison.difference < comparison.high)
    policy.champion?.require = .better
    #expect(try !judge(policy, good, good).isPassed)
    #expect(try judge(policy, good, weak).isPassed)
    policy.champion = .init(measure: .logLoss, require: .notWorse, margin: 0.01)
    #expect(try judge(policy, good, weak).comparison?.difference ?? -1 > 0, "less loss is better")
  }

  @Test func constantModelsAreHeldBack() throws {
    let constant = try candidate(1, .linear, ["C": 1e-12])
    var policy = GatePolicy()
    policy.size = 100
    let record = try judge(policy, constant)
    #expect(!record.isPassed && record.checks.first { $0.name == "varies" }?.isPassed == false)
  }

  @Test func gatesThatTellNothingAreRefused() throws {
    let good = try candidate(1, .linear, [:], sha: "held")
    var policy = GatePolicy()
    #expect(throws: TrainingError.self) { try judge(policy, good) }
    policy.size = 100
    let error = #expect(throws: TrainingError.self) { try judge(policy, good) }
    #expect(error?.message.contains("trained on this very file") == true)
    policy.thresholds = ["accurracy >= 0.5"]
    #expect(throws: TrainingError.self) { try MeasureThreshold("accurracy >= 0.5") }
  }

  /// Against the binomial sum.
  @Test func mcNemarIsExact() {
    #expect(abs(ModelComparison.exactMcNemar(1, 5) - 14.0 / 64) < 1e-12)
    #expect(ModelComparison.exactMcNemar(0, 0) == 1 && ModelComparison.exactMcNemar(4, 4) == 1)
    #expect(abs(ModelComparison.exactMcNemar(0, 10) - 2.0 / 1024) < 1e-12)
  }
}
