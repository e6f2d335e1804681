import Catalog
import Foundation
import GRDB
import TestSupport
import Testing
import Tracking

@Suite struct RunTests {
  let store: Store

  init() throws {
    store = try Store()
  }

  /// The last value of a metric is of the highest step, then time, then value, in whatever order they come.
  @Test func theLastValueIsOfTheHighestStep() throws {
    var generator = SeededGenerator(seed: 1)
    let run = try store.run()
    for round in 0..<20 {
      let points = (0..<8).map { _ in
        Metric(
          name: "m\(round)", value: Double(Int.random(in: 0..<4, using: &generator)),
          step: Int64.random(in: -1..<3, using: &generator), at: Int64.random(in: 0..<3, using: &generator))
      }
      for point in points { try store.tracking.log(run.id, metrics: [point]) }
      let want = points.max { ($0.step, $0.at, $0.value) < ($1.step, $1.at, $1.value) }
      #expect(try store.tracking.run(run.id).metrics.first { $0.name == "m\(round)" } == want)
      // The same point twice is one.
      #expect(
        try store.tracking.metricHistory(run.id, "m\(round)", limit: 100, offset: 0).items.count
          == Set(points).count)
    }
  }

  @Test func notANumberIsAValue() throws {
    let run = try store.run()
    try store.tracking.log(
      run.id,
      metrics: [
        Metric(name: "a", value: .nan, step: 1, at: 5), Metric(name: "a", value: 3, step: 0, at: 9),
        Metric(name: "b", value: -.infinity, step: 0, at: 0),
      ])
    let metrics = try store.tracking.run(run.id).metrics
    #expect(metrics.first { $0.name == "a" }?.value.isNaN == true)
    #expect(metrics.first { $0.name == "b" }?.value == -.infinity)
  }

  /// A batch with a wrong member leaves nothing.
  @Test func aBatchIsWrittenWholeOrNotAtAll() throws {
    let run = try store.run()
    try store.tracking.log(run.id, parameters: [("depth", "3")])
    #expect(throws: TrackingError.self) {
      try store.tracking.log(
        run.id, metrics: [Metric(name: "m", value: 1, step: 0, at: 0)],
        parameters: [("rate", "1"), ("depth", "4")],
        tags: [("t", "x")])
    }
    let after = try store.tracking.run(run.id)
    #expect(after.parameters == ["depth": "3"] && after.metrics.isEmpty && after.tags["t"] == nil)
    try store.tracking.log(run.id, parameters: [("depth", "3")])
  }

  @Test(arguments: ["", "a\nb", "/a", "a/../b", "../a", "a;b", String(repeating: "x", count: 251), "a\"b"])
  func wrongKeysAreRefused(_ key: String) throws {
    let run = try store.run()
    for write in [
      { try store.tracking.log(run.id, metrics: [Metric(name: key, value: 1, step: 0, at: 0)]) },
      { try store.tracking.log(run.id, parameters: [(key, "v")]) },
      { try store.tracking.log(run.id, tags: [(key, "v")]) },
    ] {
      let error = #expect(throws: TrackingError.self) { try write() }
      #expect(error?.code == .invalid)
    }
  }

  @Test func deletedRunsTakeNothing() throws {
    let run = try store.run()
    try store.tracking.setRun(run.id, deleted: true)
    #expect(throws: TrackingError.self) { try store.tracking.log(run.id, tags: [("a", "b")]) }
    #expect(
      try store.tracking.searchRuns(
        experiments: [0], filter: nil, orderBy: [], lifecycle: .active, limit: 9, offset: 0
      ).items.isEmpty)
    #expect(
      try store.tracking.searchRuns(
        experiments: [0], filter: nil, orderBy: [], lifecycle: .deleted, limit: 9, offset: 0
      ).items.count == 1)
    try store.tracking.setRun(run.id, deleted: false)
    try store.tracking.log(run.id, tags: [("a", "b")])
  }

  /// Runs that `rag eval` kept before this version are runs of experiments now.
  @Test func runsOfOlderCatalogsAreKept() throws {
    let folder = TemporaryFolder()
    let path = folder("old.sqlite")
    let run = TrackedRun(
      id: String(repeating: "a", count: 32), experiment: "eval", name: "one", status: .finished,
      startedAt: 1000.25,
      endedAt: 1001.5, parameters: ["mode": "hybrid"], measures: ["nDCG@10": 0.75], tags: ["data": "x"])
    try OldCatalog.make(at: path, with: run)
    let catalog = try Catalog(path: path, createIfMissing: false)
    #expect(try catalog.trackedRun("one") == run)
    let tracking = TrackingStore(catalog: catalog, home: folder("home"))
    let experiment = try #require(try tracking.experiment(named: "eval"))
    #expect(experiment.artifactLocation == "mlflow-artifacts:/\(experiment.id)")
    let found = try tracking.searchRuns(
      experiments: [experiment.id], filter: "metrics.`nDCG@10` > 0.7 and params.mode = 'hybrid'", orderBy: [],
      lifecycle: .active, limit: 10, offset: 0)
    #expect(found.items.map(\.id) == [run.id] && found.items.first?.status == .finished)
    #expect(found.items.first?.startedAt == 1_000_250)
    var other = run
    other.id = String(repeating: "b", count: 32)
    other.name = "two"
    try catalog.keep(other)
    #expect(try catalog.trackedRuns(experiment: "eval").map(\.name) == ["one", "two"])
  }
}

/// A catalog as version 4 left it, with one run.
enum OldCatalog {
  static func make(at path: String, with run: TrackedRun) throws {
    let old = try DatabaseQueue(path: path)
    try Schema.migrator.migrate(old, upTo: "4: observed questions, drift")
    try old.write { database in
      try database.execute(
        sql: "INSERT INTO tracked_runs VALUES (?, ?, ?, 'finished', ?, ?)",
        arguments: [run.id, run.experiment, run.name, run.startedAt, run.endedAt])
      for (name, value) in run.parameters {
        try database.execute(
          sql: "INSERT INTO tracked_parameters VALUES (?, ?, ?)", arguments: [run.id, name, value])
      }
      for (name, value) in run.measures {
        try database.execute(
          sql: "INSERT INTO tracked_measures VALUES (?, ?, 0, ?, ?)",
          arguments: [run.id, name, run.endedAt, value])
      }
      for (name, value) in run.tags {
        try database.execute(
          sql: "INSERT INTO tracked_tags VALUES (?, ?, ?)", arguments: [run.id, name, value])
      }
    }
    try old.close()
  }
}
