import Evaluation
import Foundation
import TestSupport
import Testing

@Suite struct ComparisonTests {
  private static func scores(_ name: String, _ values: [Double]) throws -> RunScores {
    RunScores(
      name: name, measures: [try Measure("nDCG@10")],
      queries: values.indices.map { "q" + String(1000 + $0) }, values: [values.map { $0 }])
  }

  /// All sign patterns, written out another way than in the test itself.
  private static func exact(_ differences: [Double]) -> Double {
    func sums(_ rest: ArraySlice<Double>) -> [Double] {
      guard let first = rest.first else { return [0] }
      return sums(rest.dropFirst()).flatMap { [$0 + first, $0 - first] }
    }
    let all = sums(differences[...])
    let observed = abs(differences.reduce(0, +))
    return Double(all.count { abs($0) >= observed - 1e-9 }) / Double(all.count)
  }

  @Test func randomisationIsExactForFewAndNearForMany() {
    var generator = SeededGenerator(seed: 3)
    for count in [1, 2, 5, 12] {
      let differences = (0..<count).map { _ in Double.random(in: -0.4...0.6, using: &generator) }
      #expect(abs(RandomizationTest().pValue(differences) - Self.exact(differences)) < 1e-12)
      #expect(RandomizationTest().pValue(differences + [0, 0, 0]) == RandomizationTest().pValue(differences))
    }
    // 18 differences: drawn, not enumerated.
    let differences = (0..<18).map { _ in Double.random(in: -0.5...0.6, using: &generator) }
    #expect(abs(RandomizationTest().pValue(differences) - Self.exact(differences)) < 0.006)
    #expect(RandomizationTest().pValue([]) == 1)
    #expect(RandomizationTest().pValue([Double](repeating: 0, count: 30)) == 1)
    #expect(RandomizationTest().pValue([Double](repeating: 0.1, count: 30)) < 1e-4)
  }

  @Test func falseAlarmsAreAsManyAsPromised() {
    var generator = SeededGenerator(seed: 11)
    var test = RandomizationTest()
    test.rounds = 2_000
    var alarms = 0
    for _ in 0..<400 {
      let differences = (0..<40).map { _ in Double.random(in: -1...1, using: &generator) }
      if test.pValue(differences) < 0.05 { alarms += 1 }
    }
    // Binomial(400, 0.05): 20 ± 4 × 4.36.
    #expect((3...37).contains(alarms))
  }

  @Test func intervalsHoldTheMeanAsOftenAsPromised() throws {
    var generator = SeededGenerator(seed: 5)
    var bootstrap = Bootstrap()
    bootstrap.rounds = 1_000
    var held = 0
    for _ in 0..<300 {
      let values = (0..<60).map { _ in Double.random(in: 0...1, using: &generator) }
      let interval = try #require(bootstrap.interval(values))
      if interval.low <= 0.5 && 0.5 <= interval.high { held += 1 }
    }
    #expect((265...300).contains(held))
    #expect(bootstrap.interval([1]) == nil)
    // The spread of the mean of n uniform numbers: ±1.96 × 0.2887 / √n.
    let wide = try #require(Bootstrap().interval((0..<400).map { Double($0) / 399 }))
    #expect(abs((wide.high - wide.low) - 2 * 1.96 * 0.2893 / 20) < 0.003)
  }

  @Test func holm() {
    let corrected = MultipleComparison.holm([0.01, 0.04, 0.03, 0.005])
    for (found, expected) in zip(corrected, [0.03, 0.06, 0.06, 0.02]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(MultipleComparison.holm([0.6, 0.7]) == [1, 1])
    #expect(MultipleComparison.holm([]) == [])
  }

  @Test func tukeyFindsTheOneThatDiffersAndIsStricterThanAPair() {
    var generator = SeededGenerator(seed: 8)
    let base = (0..<80).map { _ in Double.random(in: 0...1, using: &generator) }
    let noise: () -> [Double] = { base.map { $0 + Double.random(in: -0.1...0.1, using: &generator) } }
    let systems = [noise(), noise(), noise(), noise().map { $0 + 0.06 }]
    let p = MultipleComparison.randomizedTukey(systems, rounds: 4_000)
    for other in 0..<3 {
      #expect(p[3][other] < 0.01)
      #expect(p[other][3] == p[3][other])
    }
    #expect(p[0][1] > 0.05)
    #expect(p[0][0] == 1)
    // With two systems it is the paired randomisation test.
    let pair = MultipleComparison.randomizedTukey([systems[0], systems[1]], rounds: 20_000)[0][1]
    let single = RandomizationTest().pValue(zip(systems[0], systems[1]).map { $0 - $1 })
    #expect(abs(pair - single) < 0.015)
  }

  @Test func winsTiesLossesBestAndWorst() throws {
    let comparison = try PairedComparison(
      baseline: Self.scores("old", [0.5, 0.5, 0.5, 0.5]),
      candidate: Self.scores("new", [0.7, 0.5, 0.1, 0.9]),
      measure: try Measure("nDCG@10"))
    #expect((comparison.wins, comparison.ties, comparison.losses) == (2, 1, 1))
    #expect(comparison.best().map(\.query) == ["q1003", "q1000"])
    #expect(comparison.worst().map(\.query) == ["q1002"])
    #expect(abs(comparison.meanDifference - 0.05) < 1e-12)
    #expect(throws: EvaluationError.self) {
      try PairedComparison(
        baseline: Self.scores("old", [1]), candidate: Self.scores("new", [1]), measure: try Measure("AP"))
    }
  }
}
