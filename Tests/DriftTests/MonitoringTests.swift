import Drift
import Foundation
import Kernels
import Tables
import Testing

@Suite struct MonitoringTests {
  /// Against the definitions and NannyML 0.13.1.
  @Test func performance() throws {
    let table = try Table(
      csv: Array(Fixtures.data("s5_predictions/log.csv")),
      schema: TableSchema(numerical: ["period", "y_pred_proba", "y_pred", "y_true"]))
    func column(_ name: String) throws -> [Double] {
      guard case .numerical(let values, _) = try #require(table[name]).values else { return [] }
      return values
    }
    let period = try column("period")
    let probability = try column("y_pred_proba")
    let prediction = try column("y_pred")
    let label = try column("y_true")
    let file = try Fixtures.object("s5_predictions/expected_performance.json")
    let periods = try #require(file["periods"] as? [[String: Any]])
    let names: [(String, (BinaryPerformance) -> Double)] = [
      ("accuracy", \.accuracy), ("precision", \.precision), ("recall", \.recall), ("f1", \.f1),
      ("roc_auc", \.rocAUC),
    ]
    for (kind, isEstimated) in [("cbpe", true), ("realized", false)] {
      var all: [BinaryPerformance] = []
      for (index, want) in periods.enumerated() {
        let rows = period.indices.filter { Int(period[$0]) == index }
        let p = rows.map { probability[$0] }
        let predicted = rows.map { prediction[$0] == 1 }
        let measured =
          isEstimated
          ? try BinaryPerformance(estimatedFrom: p, predictions: predicted)
          : try BinaryPerformance(
            labels: rows.map { label[$0] == 1 }, probabilities: p, predictions: predicted)
        let expected = try #require(want[kind] as? [String: Double])
        for (name, get) in names {
          #expect(isClose(get(measured), expected[name] ?? .nan), "\(kind) \(index) \(name)")
        }
        all.append(measured)
      }
      let bounds = try #require(file["\(kind)_bounds"] as? [String: [Double]])
      let alerts = try #require(file["\(kind)_alerts"] as? [String: [Int]])
      for (name, get) in names {
        let limits = try ControlLimits(all.prefix(6).map(get))
        #expect(isClose(limits.low, bounds[name]?[0] ?? .nan), "\(kind) \(name)")
        #expect(isClose(limits.high, bounds[name]?[1] ?? .nan), "\(kind) \(name)")
        #expect(all.indices.filter { limits.isAlert(get(all[$0])) } == alerts[name], "\(kind) \(name)")
      }
    }
  }

  @Test func consecutiveWindows() {
    var rule = ConsecutiveWindows()
    #expect(
      [true, false, false, true, true, false, false].map { rule.observe($0) }
        == [false, false, false, false, true, true, false])
  }

  /// At most alpha of the sequences ever alarm without drift, nearly all do with.
  @Test func betting() {
    func alarms(_ rate: Double) -> Int {
      (0..<200).count { seed in
        var generator = SplitMix64(seed: UInt64(seed))
        var test = BettingTest(mean: 0.1)
        for _ in 0..<2000 { test.observe(Double(generator.below(1_000_000)) < rate * 1e6 ? 1 : 0) }
        return test.isAlarm
      }
    }
    #expect(alarms(0.1) <= 16)
    #expect(alarms(0.15) >= 190)
    #expect(alarms(0.05) >= 190)
  }

  @Test func cumulativeSum() {
    var generator = SplitMix64(seed: 7)
    var chart = BernoulliCUSUM(rate: 0.02, changedRate: 0.08, threshold: 9)
    let quiet = (0..<2000).map { _ in chart.observe(generator.below(100) < 2) }
    #expect(!quiet.contains(true))
    let changed = (0..<1000).map { _ in chart.observe(generator.below(100) < 8) }
    #expect((changed.firstIndex(of: true) ?? 1000) < 400)
  }

  @Test func rates() {
    #expect(isClose(RateBounds.tails(events: 0, of: 400, rate: 0.012).few, pow(0.988, 400), relative: 1e-9))
    let interval = RateBounds.wilson(events: 8, of: 100)
    #expect(isClose(interval.lowerBound, 0.041090, relative: 1e-4))
    #expect(isClose(interval.upperBound, 0.149984, relative: 1e-3))
  }
}
