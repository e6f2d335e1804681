import Catalog
import Foundation
import TestSupport
import Testing
import Tracking

@Suite struct GateTests {
  private let store: Store
  private var tracking: TrackingStore { store.tracking }

  init() throws {
    store = try Store()
    let tracking = store.tracking
    _ = try tracking.createModel("churn", description: nil, tags: [:], actor: "ada")
    for _ in 0..<2 {
      let run = try store.run()
      let place = try #require(TrackingStore.storePath(run.artifactURI))
      try tracking.artifacts.put(Array(run.id.utf8), at: place + "/model/weights")
      _ = try tracking.createVersion(
        of: "churn", source: run.artifactURI + "/model", run: run.id, runLink: nil, loggedModel: nil,
        description: nil,
        tags: [:], actor: "ada")
    }
  }

  private func gate(_ number: Int64, passed: Bool = true, champion: Int64? = nil) throws -> Int64 {
    try tracking.recordGate(
      ModelGateEntry(
        actor: "ci", model: "churn", version: number, alias: "champion", champion: champion,
        digest: try #require(try tracking.version("churn", number).digest), dataDigest: "d", isPassed: passed,
        record: #"{"version":\#(number)}"#))
  }

  @Test func nothingServesWithoutAGate() throws {
    func refused(_ code: TrackingError.Code, _ number: Int64) {
      let error = #expect(throws: TrackingError.self) {
        try tracking.promote("churn", number, alias: "champion", actor: "ci", reason: nil)
      }
      #expect(error?.code == code, "\(error?.message ?? "")")
    }
    refused(.invalid, 1)
    _ = try gate(1, passed: false)
    refused(.invalid, 1)
    let id = try gate(1)
    #expect(try tracking.promote("churn", 1, alias: "champion", actor: "ci", reason: nil).id == id)
    #expect(try tracking.version("churn", alias: "champion").version == 1)
    #expect(try tracking.history(of: "churn", limit: 1).first?.gate == id)
    // The second compared with nothing, and something serves by now.
    _ = try gate(2)
    refused(.conflict, 2)
    _ = try gate(2, champion: 1)
    _ = try tracking.promote("churn", 2, alias: "champion", actor: "ci", reason: nil)
    #expect(try tracking.version("churn", alias: "champion").version == 2)
    // Another alias needs a gate of its own.
    let error = #expect(throws: TrackingError.self) {
      try tracking.promote("churn", 2, alias: "shadow", actor: "ci", reason: nil)
    }
    #expect(error?.code == .invalid)
    #expect(try tracking.gates(onData: "d") == 4)
    #expect(try tracking.gates(of: "churn", version: 2, limit: 10).count == 2)
  }

  @Test func recordsAreFinal() throws {
    let id = try gate(1, passed: false)
    for sql in ["UPDATE model_gates SET is_passed = 1", "DELETE FROM model_gates"] {
      #expect(try run(sql) != 0, "\(sql)")
    }
    #expect(try tracking.changedGates().isEmpty)
    // Whoever takes the lock off is found by the hash.
    #expect(
      try run(
        "DROP TRIGGER model_gates_are_not_changed; UPDATE model_gates SET is_passed = 1, record = 'better'")
        == 0)
    #expect(try tracking.changedGates() == [id])
    let error = #expect(throws: TrackingError.self) {
      try tracking.promote("churn", 1, alias: "champion", actor: "ci", reason: nil)
    }
    #expect(error?.code == .damaged)
  }

  /// Runs SQL on the catalog, as somebody with the file does; 0 where it was done.
  private func run(_ sql: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.standardError = FileHandle.nullDevice
    process.arguments = [
      "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
      store.folder("catalog.sqlite"), sql,
    ]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func makersDoNotApproveThemselves() throws {
    let error = #expect(throws: TrackingError.self) {
      try tracking.approve("churn", 1, actor: "ada", reason: nil)
    }
    #expect(error?.code == .invalid)
    try tracking.approve("churn", 1, actor: "bob", reason: "read it")
    try tracking.approve("churn", 1, actor: "bob", reason: "again")
    #expect(try tracking.approvals(of: "churn", 1) == ["bob"])
    #expect(try tracking.approvals(of: "churn", 2).isEmpty)
    #expect(try tracking.brokenHistory() == nil)
  }

  /// Each entry once, in order; after a failure later and later, and passed over at last.
  @Test func entriesAreDelivered() throws {
    #expect(try tracking.nextDelivery(now: 0, attemptLimit: 3) == nil, "what happened before is not told")
    try tracking.setAlias("a", of: "churn", to: 1, actor: "ada")
    try tracking.setAlias("b", of: "churn", to: 1, actor: "ada")
    var told: [String] = []
    for _ in 0..<2 {
      let due = try #require(try tracking.nextDelivery(now: 10, attemptLimit: 3))
      told.append(due.event.subject)
      try tracking.noteDelivery(of: due.event.id, attempt: due.attempt, at: 10, status: 204, problem: nil)
    }
    #expect(told == ["a", "b"])
    #expect(try tracking.nextDelivery(now: 10, attemptLimit: 3) == nil)
    try tracking.setAlias("c", of: "churn", to: 1, actor: "ada")
    try tracking.setAlias("d", of: "churn", to: 1, actor: "ada")
    var now = 100.0
    var waits: [Double] = []
    for attempt in 1...3 {
      let due = try #require(try tracking.nextDelivery(now: now, attemptLimit: 3))
      #expect(due.event.subject == "c" && due.attempt == attempt)
      try tracking.noteDelivery(of: due.event.id, attempt: attempt, at: now, status: 500, problem: "no")
      guard attempt < 3 else { break }
      let start = now
      while try tracking.nextDelivery(now: now, attemptLimit: 3) == nil { now += 0.5 }
      waits.append(now - start)
    }
    #expect(waits == [1, 2])
    #expect(try tracking.nextDelivery(now: now, attemptLimit: 3)?.event.subject == "d", "passed over")
    #expect(try tracking.deliveries(limit: 2).map(\.status) == [500, 500])
  }

  /// Two promotions that compared with the same champion: one wins.
  @Test func oneOfTwoPromotionsWins() async throws {
    for number in [Int64(1), 2] { _ = try gate(number) }
    let tracking = tracking
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for number in [Int64(1), 2] {
        group.addTask {
          (try? tracking.promote("churn", number, alias: "champion", actor: "ci", reason: nil)) != nil
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.count { $0 } == 1)
  }
}
