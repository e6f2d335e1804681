import Catalog
import Foundation
import HTTPService
import Hummingbird
import Retrieval
import TestSupport
import Testing
import Tracking

/// What was learned serves from the move of its alias on, and never after it.
@Suite struct LearnedModelsTests {
  private func register(_ server: TestServer, _ name: String, _ files: [String: String]) throws -> Int64 {
    let tracking = server.service.tracking
    let run = try tracking.createRun(experiment: 0, name: nil, user: "ada", startedAt: nil, tags: [:])
    let place = try #require(TrackingStore.storePath(run.artifactURI)) + "/model"
    for (file, text) in files { try tracking.artifacts.put(Array(text.utf8), at: "\(place)/\(file)") }
    if (try? tracking.model(name)) == nil {
      _ = try tracking.createModel(name, description: nil, tags: [:], actor: "ada")
    }
    return try tracking.createVersion(
      of: name, source: run.artifactURI + "/model", run: run.id, runLink: nil, loggedModel: nil,
      description: nil,
      tags: [:], actor: "ada"
    ).version
  }

  @Test func fusionIsPickedUpAndRolledBack() async throws {
    let server = try await TestServer()
    let tracking = server.service.tracking
    func order(_ more: String = "") async throws -> String? {
      let reply = try await server.send(.post, "/search", #"{"query": "rollback earlier version"\#(more)}"#)
      #expect(reply.status == 200, "\(reply.body)")
      return reply.json["lineage"]?["reranker"]?.text ?? reply.json["reranker"]?.text
    }
    #expect(try await order() == nil)
    for weight in [0.2, 0.8] {
      let number = try register(
        server, "fusion.main",
        ["fusion.json": #"{"name": "minmax", "lexicalWeight": \#(weight), "depth": 50}"#])
      try ModelLoader(tracking).verify(tracking.version("fusion.main", number))
      try tracking.setAlias("champion", of: "fusion.main", to: number, actor: "ada")
      #expect(try await order() == "fusion.main/\(number)")
    }
    #expect(try await order(#", "depth": 20"#) == nil, "who chooses is obeyed")
    _ = try tracking.rollBack("fusion.main", alias: "champion", actor: "ada", reason: nil)
    #expect(try await order() == "fusion.main/1")
    // What can't be read is as none.
    let broken = try register(
      server, "fusion.main", ["fusion.json": #"{"name": "magic", "lexicalWeight": 1, "depth": 5}"#])
    #expect(throws: (any Error).self) {
      try ModelLoader(tracking).verify(tracking.version("fusion.main", broken))
    }
    try tracking.setAlias("champion", of: "fusion.main", to: broken, actor: "ada")
    #expect(try await order() == nil)
    try tracking.deleteAlias("champion", of: "fusion.main", actor: "ada")
    #expect(try await order() == nil)
  }

  @Test func thresholdsHoldBackAnswers() async throws {
    let server = try await TestServer()
    func outcome() async throws -> String? {
      let reply = try await server.send(
        .post, "/query", #"{"question": "What PSI value means major drift?"}"#)
      #expect(reply.status == 200, "\(reply.body)")
      return reply.json["answer"]?.text
    }
    let before = try await outcome()
    #expect(before != nil)
    let number = try register(server, "abstention.main", ["abstention.json": #"{"threshold": 2}"#])
    try server.service.tracking.setAlias("champion", of: "abstention.main", to: number, actor: "ada")
    #expect(try await outcome() == nil, "nothing is that sure")
  }

  @Test func mapsOfVectorsAreRead() async throws {
    let server = try await TestServer([])
    let tracking = server.service.tracking
    for (record, values, isRight) in [
      (#"{"dimension": 2, "temperature": 0.05, "ridge": 1}"#, [Float](repeating: 0.5, count: 4), true),
      (#"{"dimension": 3, "temperature": 0.05, "ridge": 1}"#, [Float](repeating: 0.5, count: 4), false),
      (#"{"dimension": 2, "temperature": 0.05, "ridge": 1}"#, [0, .nan, 0, 0], false),
    ] {
      let number = try register(server, "query-adapter.main", ["adapter.json": record])
      let version = try tracking.version("query-adapter.main", number)
      var artifact = try ModelLoader(tracking).files(version)
      artifact.files["adapter.f32"] = values.flatMap { value in
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
      let read = try? LearnedModels.adapter(artifact, version)
      #expect((read != nil) == isRight)
      if isRight {
        #expect(read?.matrix.values == values && read?.identity == "query-adapter.main/\(number)")
      }
    }
  }
}
