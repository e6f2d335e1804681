import Foundation
import TestSupport
import Testing
import Tracking

@Suite struct RegistryTests {
  let store: Store

  init() throws {
    store = try Store()
    _ = try store.tracking.createModel("m", description: nil, tags: [:], actor: "a")
  }

  @discardableResult
  private func version(_ files: [String: String] = ["MLmodel": "x"]) throws -> ModelVersion {
    let run = try store.run()
    for (name, text) in files {
      try store.tracking.artifacts.put(Array(text.utf8), at: "0/\(run.id)/artifacts/model/\(name)")
    }
    return try store.tracking.createVersion(
      of: "m", source: "runs:/\(run.id)/model", run: nil, runLink: nil, loggedModel: nil, description: nil,
      tags: [:],
      actor: "a")
  }

  /// Of many movers that saw the same version one wins; the others are told, and move nothing.
  @Test func ofConcurrentMovesOneWins() async throws {
    for _ in 0..<4 { try version() }
    try store.tracking.setAlias("champion", of: "m", to: 1, expecting: .nothing, actor: "a")
    let tracking = store.tracking
    // The winner's version, or nothing where it was told that another was faster.
    let outcomes = try await withThrowingTaskGroup(of: Int64?.self) { group in
      for number in [2, 3, 4, 2, 3, 4] as [Int64] {
        group.addTask {
          do {
            try tracking.setAlias(
              "champion", of: "m", to: number, expecting: .version(1), actor: "b\(number)")
            return number
          } catch let error as TrackingError where error.code == .conflict {
            return nil
          }
        }
      }
      return try await group.reduce(into: [Int64?]()) { $0.append($1) }
    }
    let winners = outcomes.compactMap { $0 }
    let winner = try #require(winners.first)
    #expect(winners.count == 1 && outcomes.count == 6)
    #expect(try tracking.version("m", alias: "champion").version == winner)
    let moves = try tracking.history(of: "m", limit: 100).filter { $0.action == .aliasMoved }
    #expect(moves.map(\.new) == [String(winner), "1"] && moves[0].actor == "b\(winner)")
  }

  @Test func numbersAreNeverUsedAgain() throws {
    #expect(try version().version == 1)
    #expect(try version().version == 2)
    try store.tracking.deleteVersion("m", 2, actor: "a")
    #expect(try version().version == 3)
    try store.tracking.deleteModel("m", actor: "a")
    _ = try store.tracking.createModel("m", description: nil, tags: [:], actor: "a")
    #expect(try version().version == 4)
  }

  /// What served when; and a history that somebody touched is found.
  @Test func historyAnswersAndShowsTampering() throws {
    for _ in 0..<3 { try version() }
    for number in [Int64(1), 3, 2] {
      try store.tracking.setAlias("champion", of: "m", to: number, actor: "a", reason: "r")
    }
    let moves = try store.tracking.history(of: "m", limit: 100).filter { $0.action == .aliasMoved }
    #expect(moves.map(\.old) == ["3", "1", nil])
    let last = try #require(moves.first)
    #expect(try store.tracking.version("m", alias: "champion", at: last.at) == 2)
    #expect(try store.tracking.version("m", alias: "champion", at: 0) == nil)
    #expect(try store.tracking.brokenHistory() == nil)
    for change in [
      "UPDATE model_history SET actor = 'x' WHERE id = 3", "DELETE FROM model_history WHERE id = 3",
    ] {
      let copy = try Store()
      _ = try copy.tracking.createModel("m", description: nil, tags: [:], actor: "a")
      for name in ["n", "o", "p"] {
        _ = try copy.tracking.createModel(name, description: nil, tags: [:], actor: "a")
      }
      #expect(try copy.tracking.brokenHistory() == nil)
      try copy.catalog.write { try $0.execute(sql: change) }
      #expect(try copy.tracking.brokenHistory() != nil, "\(change)")
    }
  }

  /// The digest of a version is that of its files: a broken byte is found.
  @Test func aBrokenByteIsFound() throws {
    let made = try version(["MLmodel": "one", "deep/model.bin": "two"])
    let place = try #require(TrackingStore.storePath(made.location))
    let digest = try store.tracking.artifacts.digest(place)
    #expect(made.digest != nil && digest == made.digest)
    #expect(try store.tracking.artifacts.damaged(under: place).isEmpty)
    let file = try #require(try store.tracking.artifacts.file(place + "/deep/model.bin"))
    try Data("twO".utf8).write(to: URL(fileURLWithPath: store.place(file)))
    #expect(try store.tracking.artifacts.damaged(under: place) == ["deep/model.bin"])
    // Other bytes under the same name are another digest.
    try store.tracking.artifacts.put(Array("three".utf8), at: place + "/deep/model.bin")
    #expect(try store.tracking.artifacts.digest(place) != made.digest)
  }

  /// Back is what the alias pointed to before; a version with a broken byte is not gone back to.
  @Test func rollbackChecksBeforeItMoves() throws {
    for text in ["one", "two", "three"] { try version(["MLmodel": text]) }
    for number in [Int64(1), 2, 3] {
      try store.tracking.setAlias("champion", of: "m", to: number, actor: "a")
    }
    #expect(try store.tracking.rollBack("m", alias: "champion", actor: "a", reason: nil).to.version == 2)
    #expect(try store.tracking.version("m", alias: "champion").version == 2)
    // Now back from 2 is 3, as it was what came before.
    #expect(try store.tracking.rollbackTarget(of: "m", alias: "champion").to.version == 3)
    let three = try store.tracking.version("m", 3)
    let path = try #require(TrackingStore.storePath(three.location))
    let file = try #require(try store.tracking.artifacts.file(path + "/MLmodel"))
    try Data("thref".utf8).write(to: URL(fileURLWithPath: store.place(file)))
    let error = #expect(throws: TrackingError.self) {
      try store.tracking.rollBack("m", alias: "champion", actor: "a", reason: nil)
    }
    #expect(error?.code == .damaged)
    #expect(try store.tracking.version("m", alias: "champion").version == 2)
    // A version that was deleted is passed over.
    try store.tracking.deleteVersion("m", 3, actor: "a")
    #expect(try store.tracking.rollbackTarget(of: "m", alias: "champion").to.version == 1)
  }

  /// Files of the deleted go, but not those of a champion or of the one before it, deleted or not.
  @Test func garbageIsWhatNothingNeeds() throws {
    let versions = try ["one", "two", "three", "four"].map { try version(["MLmodel": $0]) }
    for number in [Int64(1), 2, 3] {
      try store.tracking.setAlias("champion", of: "m", to: number, actor: "a")
    }
    for number in [Int64(1), 2, 4] {
      try store.tracking.deleteVersion("m", number, actor: "a")
      try store.tracking.setRun(versions[Int(number) - 1].run ?? "", deleted: true)
    }
    let planned = try store.tracking.collectGarbage(dryRun: true, olderThan: 0)
    let done = try store.tracking.collectGarbage(dryRun: false, olderThan: 0)
    #expect(planned.places == done.places && done.freedBytes == 3 + 4)
    let left = try versions.map { version in
      try !store.tracking.artifacts.files(under: #require(TrackingStore.storePath(version.location))).isEmpty
    }
    #expect(left == [false, true, true, false])
  }

  /// Files of a deleted version stay while one that was made to replace it lives.
  @Test func whatWasReplacedStays() throws {
    let tracking = store.tracking
    func made(_ text: String, from parent: String?) throws -> ModelVersion {
      let run = try store.run()
      if let parent { try tracking.logInputs(run.id, datasets: [], models: [ModelUse(model: parent)]) }
      let model = try tracking.createLoggedModel(
        experiment: 0, name: "m", sourceRun: run.id, type: nil, parameters: [], tags: [:])
      let place = try #require(TrackingStore.storePath(model.artifactURI))
      try tracking.artifacts.put(Array(text.utf8), at: place + "/MLmodel")
      try tracking.logOutputs(run.id, models: [ModelUse(model: model.id)])
      return try tracking.createVersion(
        of: "m", source: "models:/\(model.id)", run: run.id, runLink: nil, loggedModel: model.id,
        description: nil, tags: [:], actor: "a")
    }
    func delete(_ version: ModelVersion) throws {
      try tracking.deleteVersion("m", version.version, actor: "a")
      try tracking.deleteLoggedModel(version.loggedModel ?? "")
    }
    let first = try made("one", from: nil)
    let second = try made("two", from: first.loggedModel)
    #expect(try tracking.lineage(of: "m", 2).parents.map(\.version) == [1])
    #expect(try tracking.lineage(of: "m", 1).children.map(\.version) == [2])
    try delete(first)
    #expect(try tracking.collectGarbage(dryRun: false, olderThan: 0).places.isEmpty)
    try delete(second)
    #expect(try tracking.collectGarbage(dryRun: false, olderThan: 0).freedBytes == 6)
  }

  @Test func stagesMove() throws {
    for _ in 0..<3 { try version() }
    _ = try store.tracking.setStage("m", 1, to: .production, archives: false, actor: "a")
    let moved = try store.tracking.setStage("m", 2, to: .production, archives: true, actor: "a")
    #expect(moved.stage == .production)
    #expect(try store.tracking.version("m", 1).stage == .archived)
    #expect(try store.tracking.latestVersions("m", stages: []).map(\.version) == [1, 2, 3])
    #expect(try store.tracking.latestVersions("m", stages: [.production]).map(\.version) == [2])
  }

  @Test func stagesAreAliases() throws {
    for _ in 0..<3 { try version() }
    let tracking = store.tracking
    let began = TrackingStore.now
    func stages() throws -> [ModelStage] { try [1, 2, 3].map { try tracking.version("m", $0).stage } }

    try tracking.setAlias("production", of: "m", to: 1, actor: "a")
    #expect(try stages() == [.production, .none, .none])
    _ = try tracking.setStage("m", 2, to: .production, archives: false, actor: "b")
    #expect(try stages() == [.none, .production, .none])
    #expect(try tracking.version("m", alias: "production").version == 2)
    _ = try tracking.setStage("m", 2, to: .staging, archives: false, actor: "b")
    #expect(try stages() == [.none, .staging, .none])
    #expect(throws: TrackingError.self) { try tracking.version("m", alias: "production") }
    _ = try tracking.setStage("m", 3, to: .staging, archives: true, actor: "b")
    #expect(try stages() == [.none, .archived, .staging])
    try tracking.deleteAlias("staging", of: "m", actor: "a")
    #expect(try stages() == [.none, .archived, .none])
    try tracking.setAlias("staging", of: "m", to: 2, actor: "a")
    #expect(try stages() == [.none, .staging, .none])
    _ = try tracking.setStage("m", 2, to: .none, archives: false, actor: "b")
    #expect(try stages() == [.none, .none, .none])

    let moves = try tracking.history(of: "m", limit: 100).filter { $0.action == .aliasMoved }.reversed()
    #expect(
      moves.map { "\($0.subject) \($0.old ?? "-") \($0.new ?? "-")" } == [
        "production - 1", "production 1 2", "production 2 -", "staging - 2", "staging 2 3", "staging 3 -",
        "staging - 2", "staging 2 -",
      ])
    #expect(try tracking.brokenHistory() == nil)
    #expect(try tracking.version("m", alias: "staging", at: began - 1) == nil)
    #expect(throws: TrackingError.self) {
      try tracking.setStage("m", 1, to: .none, archives: true, actor: "b")
    }
  }

  @Test(arguments: ["latest", "Latest", "v1", "V12", "", "a b", "a/b", "ä"])
  func reservedAliasesAreRefused(_ alias: String) throws {
    try version()
    let error = #expect(throws: TrackingError.self) {
      try store.tracking.setAlias(alias, of: "m", to: 1, actor: "a")
    }
    #expect(error?.code == .invalid)
  }

  @Test(arguments: [
    "/etc/passwd", "file:///etc", "mlflow-artifacts:/0/../../x", "runs:/", "runs:/nothing/model", "",
  ])
  func sourcesOnThisMachineAreRefused(_ source: String) throws {
    #expect(throws: TrackingError.self) {
      try store.tracking.createVersion(
        of: "m", source: source, run: nil, runLink: nil, loggedModel: nil, description: nil, tags: [:],
        actor: "a")
    }
  }
}
