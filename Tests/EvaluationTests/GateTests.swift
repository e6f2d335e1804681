import Evaluation
import TestSupport
import Testing

@Suite struct GateTests {
  private func scores(_ values: [Double]) throws -> RunScores {
    RunScores(
      name: "run", measures: [try Measure("nDCG@10")],
      queries: values.indices.map { "q" + String(1000 + $0) },
      values: [values.map { $0 }])
  }

  @Test(arguments: [
    ("nDCG@10>=0.73", 0.73, true), ("nDCG@10 >= 0.73", 0.7299, false), ("nDCG@10>0.5", 0.5, false),
    ("AP<=0.2", 0.2, true), ("aurc<0.3", 0.31, false), ("RBP(rel=1)>=0.5", 0.6, true),
  ])
  func thresholds(text: String, value: Double, passes: Bool) throws {
    let outcome = GateOutcome(try Gate(text), value: value)
    #expect(outcome.isPassed == passes)
    #expect(outcome.reason.contains(passes ? "which is" : "but must be"))
  }

  @Test func whatWasNotMeasuredDoesNotPass() throws {
    let outcome = GateOutcome(try Gate("AP<=0.5"), value: nil)
    #expect(!outcome.isPassed)
    #expect(outcome.reason == "AP could not be measured")
  }

  @Test func theSubjectKeepsItsBrackets() throws {
    #expect(try Gate("RBP(p=0.5,rel=1)>=0.5").subject == "RBP(p=0.5,rel=1)")
    #expect(try Gate("nDCG@10 not-worse-than main by 0.01").baseline == "main")
  }

  @Test(arguments: [
    "", "nDCG@10", "nDCG@10=0.5", "nDCG@10>=", "nDCG@10>=high", ">=0.5", "nDCG@10 not-worse-than",
    "nDCG@10 not-worse-than main by", "nDCG@10 not-worse-than main by -1",
    "nDCG@10 not-worse-than main at 0.1",
    "nDCG@10 better-than main by 0.1", "nDCG@10>=nan",
  ])
  func otherTextsAreRefused(text: String) {
    #expect(throws: EvaluationError.self) { try Gate(text) }
  }

  @Test func notWorseThan() throws {
    var generator = SeededGenerator(seed: 2)
    let base = (0..<200).map { _ in Double.random(in: 0...1, using: &generator) }
    func decide(_ candidate: [Double], _ gate: String) throws -> GateOutcome {
      let comparison = try PairedComparison(
        baseline: scores(base), candidate: scores(candidate), measure: try Measure("nDCG@10"))
      return GateOutcome(try Gate(gate), comparison: comparison)
    }
    #expect(try decide(base, "nDCG@10 not-worse-than b").isPassed)
    let slightlyWorse = base.map { $0 - 0.005 }
    #expect(try decide(slightlyWorse, "nDCG@10 not-worse-than b by 0.01").isPassed)
    let worse = try decide(slightlyWorse, "nDCG@10 not-worse-than b by 0.001")
    #expect(!worse.isPassed && worse.reason.contains("worse by more than"))
    // No difference in the mean, much by query: not shown to be no worse.
    let noisy = base.map { $0 + Double.random(in: -0.9...0.9, using: &generator) }
    let unsure = try decide(noisy, "nDCG@10 not-worse-than b by 0.01")
    #expect(!unsure.isPassed)
    #expect(try decide(base.map { $0 + 0.02 }, "nDCG@10 better-than b").isPassed)
    #expect(try !decide(base, "nDCG@10 better-than b").isPassed)
    #expect(try !decide(noisy, "nDCG@10 better-than b").isPassed)
  }
}
