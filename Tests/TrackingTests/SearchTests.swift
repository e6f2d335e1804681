import Foundation
import TestSupport
import Testing
import Tracking

@Suite struct SearchTests {
  private struct Made {
    var name: String
    var startedAt: Int64
    var metrics: [String: Double]
    var parameters: [String: String]
    var tags: [String: String]
  }

  /// Random runs, and a filter evaluated by hand on each.
  @Test func filtersAgreeWithAWalkOverAllRuns() throws {
    let store = try Store()
    var generator = SeededGenerator(seed: 5)
    var made: [String: Made] = [:]
    for number in 0..<80 {
      let run = Made(
        name: "run-\(number)", startedAt: Int64.random(in: 0..<20, using: &generator),
        metrics: Bool.random(using: &generator)
          ? ["acc": [Double.nan, 0, 0.25, 0.5, 0.75, .infinity].randomElement(using: &generator) ?? 0] : [:],
        parameters: Bool.random(using: &generator)
          ? ["p": ["a", "A", "ab", "a_b", "a%b", "*"].randomElement(using: &generator) ?? ""] : [:],
        tags: Bool.random(using: &generator)
          ? ["t.u": ["x", "y"].randomElement(using: &generator) ?? ""] : [:])
      let kept = try store.tracking.createRun(
        experiment: 0, name: run.name, user: "", startedAt: run.startedAt, tags: run.tags)
      try store.tracking.log(
        kept.id, metrics: run.metrics.map { Metric(name: $0, value: $1, step: 0, at: 0) },
        parameters: run.parameters.map { ($0, $1) })
      made[kept.id] = run
    }
    let cases: [(String, (Made) -> Bool)] = [
      ("metrics.acc > 0.25", { ($0.metrics["acc"] ?? .nan) > 0.25 }),
      ("metrics.acc != 0.5", { $0.metrics["acc"].map { !$0.isNaN && $0 != 0.5 } ?? false }),
      (
        "metric.\"acc\" <= 0.5 AND params.p = 'a'",
        { ($0.metrics["acc"] ?? .nan) <= 0.5 && $0.parameters["p"] == "a" }
      ),
      ("params.p LIKE 'a_b'", { ["a_b", "a%b"].contains($0.parameters["p"] ?? "") }),
      ("params.p LIKE 'a%'", { $0.parameters["p"]?.hasPrefix("a") ?? false }),
      ("params.p LIKE '*'", { $0.parameters["p"] == "*" }),
      ("params.p ILIKE 'A'", { $0.parameters["p"]?.lowercased() == "a" }),
      ("params.p != 'a'", { $0.parameters["p"].map { $0 != "a" } ?? false }),
      ("tags.t.u IS NULL", { $0.tags["t.u"] == nil }), ("tags.`t.u` IS NOT NULL", { $0.tags["t.u"] != nil }),
      ("tags.`t.u` = \"x\"", { $0.tags["t.u"] == "x" }),
      ("attributes.start_time >= 10 and run_name != 'run-1'", { $0.startedAt >= 10 && $0.name != "run-1" }),
      ("attr.run_name IN ('run-3', 'run-4')", { ["run-3", "run-4"].contains($0.name) }),
      ("run_name NOT IN ('run-3') AND start_time < 5", { $0.name != "run-3" && $0.startedAt < 5 }),
      ("status = 'RUNNING'", { _ in true }), ("  ", { _ in true }),
    ]
    for (filter, holds) in cases {
      let found = try store.tracking.searchRuns(
        experiments: [0], filter: filter, orderBy: [], lifecycle: .active, limit: 1000, offset: 0)
      let want = made.filter { holds($0.value) }.keys.sorted {
        (-(made[$0]?.startedAt ?? 0), $0) < (-(made[$1]?.startedAt ?? 0), $1)
      }
      #expect(found.items.map(\.id) == want, "\(filter)")
    }
    // What is missing, and what is no number, comes last in either direction.
    for direction in ["ASC", "DESC"] {
      let order = try store.tracking.searchRuns(
        experiments: [0], filter: nil, orderBy: ["metrics.acc \(direction)"], lifecycle: .active, limit: 1000,
        offset: 0)
      let values = order.items.map { $0.metrics.first?.value ?? .nan }
      let numbers = values.prefix { !$0.isNaN }
      #expect(values.dropFirst(numbers.count).allSatisfy { $0.isNaN })
      #expect(Array(numbers) == numbers.sorted { direction == "ASC" ? $0 < $1 : $0 > $1 })
    }
    // Pages put together are the whole.
    var paged: [String] = []
    var offset: Int? = 0
    while let place = offset {
      let page = try store.tracking.searchRuns(
        experiments: [0], filter: nil, orderBy: ["params.p DESC"], lifecycle: .all, limit: 7, offset: place)
      paged += page.items.map(\.id)
      offset = page.next
    }
    #expect(paged.count == 80 && Set(paged).count == 80)
  }

  @Test(arguments: [
    "metrics.a", "metrics.a = 'x'", "metrics.a LIKE 1", "params.a = 1", "params.a > 'x'", "other.a = 1",
    "unknown = 'x'",
    "params.a = 'x' OR params.b = 'y'", "params.a = 'x", "(params.a = 'x')", "params.a IN ()",
    "params.a IN ('x'",
    "start_time = 'x'", "a = 1 AND", "AND", "params.a IS", "params.a ! 'x'", "metrics.a = 1; DROP TABLE runs",
  ])
  func wrongFiltersAreRefused(_ filter: String) throws {
    let store = try Store()
    let error = #expect(throws: TrackingError.self) {
      try store.tracking.searchRuns(
        experiments: [0], filter: filter, orderBy: [], lifecycle: .active, limit: 10, offset: 0)
    }
    #expect(error?.code == .invalid)
  }
}
