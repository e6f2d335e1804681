import Catalog
import Foundation
import HTTPService
import Hummingbird
import Tables
import TestSupport
import Testing
import Tracking
import Training

/// Scoring of rows: MLflow's bodies and the Open Inference Protocol.
@Suite struct ScoringRouteTests {
  private static let rows =
    #"[{"age": 71.5, "region": "north", "visits": 1}, {"age": 22, "region": "south", "visits": null}]"#

  /// People who left: the old, the northern ones and those of few visits.
  private static func people(_ count: Int, seed: UInt64, flipped: Bool = false) throws -> Table {
    var generator = SeededGenerator(seed: seed)
    var lines = ["age,region,visits,churned"]
    for _ in 0..<count {
      let age = Double.random(in: 18...90, using: &generator)
      let region = ["north", "south", "east"][Int.random(in: 0..<3, using: &generator)]
      let visits = Int.random(in: 0..<20, using: &generator)
      let noise = Double.random(in: -0.5...0.5, using: &generator)
      let left = (age - 50) / 20 + (region == "north" ? 1 : 0) - Double(visits) / 10 + noise > 0
      let gap = Int.random(in: 0..<9, using: &generator) == 0
      lines.append("\(age),\(region),\(gap ? "" : "\(visits)"),\(left != flipped ? "yes" : "no")")
    }
    return try Table(csv: Array(lines.joined(separator: "\n").utf8))
  }

  /// Registers a version of `churn`; its number is the result.
  @discardableResult
  private static func register(_ server: TestServer, seed: UInt64, algorithm: Algorithm = .boosting) throws
    -> ModelVersion
  {
    var settings = TrainingSettings(target: "churned", algorithm: algorithm)
    settings.parameters =
      algorithm == .linear ? [:] : ["n_estimators": 30, "max_depth": 3, "learning_rate": 0.3]
    let outcome = try Trainer(settings).train(people(300, seed: seed))
    let artifact = try ModelArtifact(
      outcome, data: .init(name: "people.csv", sha256: "\(seed)", bytes: 1, rows: 300))
    let log = TrainingLog(server.service.tracking, actor: "ada")
    let version = try log.record(
      outcome, artifact, dataPath: "people.csv", dataHash: "\(seed)", experiment: "churn", register: "churn"
    ).version
    return try #require(version)
  }

  private func item(_ value: JSONValue?, _ place: Int = 0) -> JSONValue? {
    guard case .array(let items)? = value, items.indices.contains(place) else { return nil }
    return items[place]
  }

  private func score(_ server: TestServer, _ body: String, at place: String = "churn") async throws
    -> TestServer.Reply
  {
    try await server.send(.post, "/api/v1/models/\(place)/invocations", body)
  }

  @Test func allFormsOfRowsGiveTheSame() async throws {
    let server = try await TestServer([])
    try Self.register(server, seed: 1)
    let bodies = [
      #"{"dataframe_records": \#(Self.rows)}"#,
      #"{"instances": \#(Self.rows)}"#,
      #"{"dataframe_split": {"columns": ["visits", "age", "region"], "data": [[1, 71.5, "north"], [null, 22, "south"]]}}"#,
      #"{"inputs": {"age": [71.5, 22], "region": ["north", "south"], "visits": [1, null]}}"#,
      #"{"instances": [[71.5, "north", 1], [22, "south", null]]}"#,
    ]
    var seen: Set<String> = []
    for body in bodies {
      let reply = try await score(server, body)
      #expect(reply.status == 200, "\(body): \(reply.body)")
      seen.insert(reply.json["predictions"]?.description ?? "")
      #expect(reply.json["model"]?["version"]?.description == "1")
    }
    let csv = try await server.send(
      .post, "/invocations", "age,region,visits\n71.5,north,1\n22,south,\n",
      headers: [.contentType: "text/csv"])
    #expect(csv.status == 200, "\(csv.body)")
    seen.insert(csv.json["predictions"]?.description ?? "")
    #expect(seen.count == 1, "\(seen)")
    #expect(seen.first?.contains(#""label":"yes""#) == true && seen.first?.contains("probability_no") == true)
  }

  @Test func whatDoesNotFitIsTold() async throws {
    let server = try await TestServer([])
    try Self.register(server, seed: 1)
    let cases: [(String, Int, String)] = [
      (#"{"instances": [{"age": "old", "region": "north", "visits": 1}]}"#, 422, "age"),
      (#"{"instances": [{"region": "north", "visits": 1}]}"#, 422, "age"),
      (#"{"instances": [{"age": 3, "region": 4, "visits": 1.5}]}"#, 422, "region"),
      (#"{"instances": [{"age": null, "region": null, "visits": null}]}"#, 422, "no value at all"),
      (#"{"instances": [], "inputs": {}}"#, 400, "exactly one"), (#"{}"#, 400, "exactly one"),
      (#"{"instances": [[1, 2]]}"#, 400, "3 values"),
      (#"{"instances": [{"age": [1, 2]}]}"#, 400, "instances.age"),
      (#"{"dataframe_split": {"data": []}}"#, 400, "columns"), (#"{"instances": 4}"#, 400, "list"),
    ]
    for (body, status, words) in cases {
      let reply = try await score(server, body)
      #expect(reply.status == status && reply.body.contains(words), "\(body): \(reply.body)")
      if status == 422 {
        let fields = reply.json["error"]?["fields"]
        #expect(item(fields)?["column"]?.text != nil, "\(reply.body)")
      }
    }
    #expect(try await score(server, #"{"instances": []}"#, at: "nobody").status == 404)
    #expect(try await score(server, #"{"instances": []}"#, at: "churn@champion").status == 400)
    #expect(try await score(server, #"{"instances": \#(Self.rows)}"#, at: "churn%401").status == 400)
  }

  @Test func aliasesServeFromTheirMoveOn() async throws {
    let server = try await TestServer([])
    for seed in [UInt64(1), 2] { try Self.register(server, seed: seed) }
    let tracking = server.service.tracking
    func served() async throws -> String? {
      try await score(server, #"{"instances": \#(Self.rows)}"#).json["model"]?["version"]?.description
    }
    #expect(try await served() == "2", "the newest where there is no champion")
    try tracking.setAlias("champion", of: "churn", to: 1, actor: "ada")
    #expect(try await served() == "1")
    try tracking.setAlias("champion", of: "churn", to: 2, actor: "ada")
    #expect(try await served() == "2")
    _ = try tracking.rollBack("churn", alias: "champion", actor: "ada", reason: nil)
    #expect(try await served() == "1")
  }

  /// Many rows are scored in blocks, and say what each says alone; what can't be done in time is refused.
  @Test func manyRowsAndDeadlines() async throws {
    let server = try await TestServer([])
    try Self.register(server, seed: 1)
    func rows(_ range: Range<Int>) -> String {
      let rows = range.map {
        #"{"age": \#(18 + $0 % 70), "region": "\#(["north", "south", "east"][$0 % 3])", "visits": \#($0 % 20)}"#
      }
      return #"{"dataframe_records": [\#(rows.joined(separator: ","))]}"#
    }
    let all = try await score(server, rows(0..<700))
    guard case .array(let predictions)? = all.json["predictions"] else {
      Issue.record("\(all.body)")
      return
    }
    #expect(predictions.count == 700)
    for row in [0, 255, 256, 511, 512, 699] {
      let alone = try await score(server, rows(row..<row + 1))
      #expect(item(alone.json["predictions"])?.description == predictions[row].description)
    }
    let late = try await server.send(
      .post, "/api/v1/models/churn/invocations?deadline_ms=1", rows(0..<10_000))
    #expect(late.status == 400 && late.body.contains("deadline_too_short"), "\(late.body.prefix(300))")
    let patient = try await server.send(
      .post, "/api/v1/models/churn/invocations?deadline_ms=60000", rows(0..<20))
    #expect(patient.status == 200)
    let wrong = try await server.send(.post, "/v2/models/churn/infer?deadline_ms=0", "{}")
    #expect(wrong.status == 400 && wrong.body.contains("deadline_ms"))
  }

  /// A version whose bytes are broken never displaces the one that serves.
  @Test func brokenVersionsFallBack() async throws {
    let server = try await TestServer([])
    for seed in [UInt64(1), 2] { try Self.register(server, seed: seed) }
    let tracking = server.service.tracking
    try tracking.setAlias("champion", of: "churn", to: 1, actor: "ada")
    _ = try await score(server, #"{"instances": \#(Self.rows)}"#)
    let place = try #require(TrackingStore.storePath(try tracking.version("churn", 2).location))
    let file = try #require(try tracking.artifacts.file(place + "/trees-0.json"))
    let path = "\(server.home.path)/_artifacts/sha256/\(file.digest.prefix(2))/\(file.digest)"
    var bytes = Array(try #require(FileManager.default.contents(atPath: path)))
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try tracking.setAlias("champion", of: "churn", to: 2, actor: "ada")
    let reply = try await score(server, #"{"instances": \#(Self.rows)}"#)
    #expect(reply.status == 200 && reply.json["model"]?["version"]?.description == "1")
    #expect(reply.json["fallback"]?.text?.contains("version 2") == true)
    // Who asks for that version by name gets an error, and no other's answer.
    let direct = try await score(server, #"{"instances": \#(Self.rows)}"#, at: "churn/invocations?version=2")
    #expect(direct.status != 200)
  }

  @Test func tensorsAreScored() async throws {
    let server = try await TestServer([])
    try Self.register(server, seed: 1)
    let ready = try await server.get("/v2/models/churn/ready")
    #expect(ready.status == 200)
    let metadata = try await server.get("/v2/models/churn")
    #expect(
      item(metadata.json["inputs"])?["name"]?.text == "age" && item(metadata.json["versions"])?.text == "1")
    let body = #"""
      {"id": "7", "inputs": [{"name": "age", "shape": [2, 1], "datatype": "FP64", "data": [71.5, 22]},
       {"name": "region", "shape": [2], "datatype": "BYTES", "data": ["north", "south"]},
       {"name": "visits", "shape": [2], "datatype": "INT64", "data": [1, 4]}], "outputs": [{"name": "label"}]}
      """#
    let reply = try await server.send(.post, "/v2/models/churn/versions/1/infer", body)
    #expect(reply.status == 200, "\(reply.body)")
    #expect(reply.json["id"]?.text == "7" && reply.json["model_version"]?.text == "1")
    #expect(item(reply.json["outputs"])?["data"]?.description == #"["yes","no"]"#)
    for (wrong, status) in [
      (body.replacing("[2, 1]", with: "[1, 2]"), 400), (body.replacing("FP64", with: "BYTES"), 422),
      (body.replacing(#"{"name": "label"}"#, with: #"{"name": "none"}"#), 400), (#"{"inputs": []}"#, 400),
    ] {
      let reply = try await server.send(.post, "/v2/models/churn/infer", wrong)
      #expect(reply.status == status, "\(wrong): \(reply.body)")
    }
    #expect(try await server.get("/v2/models/churn/versions/9/ready").status == 404)
  }

  @Test func predictionsAreKeptAndLabelled() async throws {
    let server = try await TestServer([]) { $0.keepsFeatures = true }
    try Self.register(server, seed: 1)
    let reply = try await score(server, #"{"instances": \#(Self.rows)}"#)
    let id = try #require(item(reply.json["prediction_ids"])?.text)
    let feedback = try await server.send(
      .post, "/api/v1/feedback", #"{"prediction_id": "\#(id)", "label": "yes"}"#)
    #expect(feedback.status == 201, "\(feedback.body)")
    let kept = try server.service.tracking.predictions(of: "churn", in: 0..<1e11, limit: 10)
    #expect(
      kept.count == 2 && kept.first { $0.id == id }?.label == "yes"
        && kept.first { $0.id == id }?.output == "yes")
    #expect(kept.first { $0.id == id }?.features == #"{"age":71.5,"region":"north","visits":1}"#)
    let missing = try await server.send(.post, "/api/v1/feedback", #"{"prediction_id": "x", "label": "yes"}"#)
    #expect(missing.status == 404)
    let metrics = try await server.get("/metrics").body
    #expect(
      metrics.contains(#"rag_model_predictions_total{model="churn",version="1",class="no"} 1"#), "\(metrics)")
  }

  @Test func monitorsFindWhatIsWrong() async throws {
    let server = try await TestServer([])
    try Self.register(server, seed: 1)
    func alarms() async throws -> Set<String> {
      let reply = try await server.get("/api/v1/models/churn/monitors")
      guard case .array(let monitors)? = reply.json["monitors"] else { return [] }
      return Set(monitors.filter { $0["alarm"]?.description == "true" }.compactMap { $0["monitor"]?.text })
    }
    func send(_ rows: [String]) async throws {
      let reply = try await score(server, #"{"instances": [\#(rows.joined(separator: ","))]}"#)
      #expect(reply.status == 200, "\(reply.body)")
    }
    // As in training: nothing alarms.
    let table = try Self.people(400, seed: 9)
    let texts = ["age", "region", "visits"].map { name in table[name].map(FeatureTable.texts) ?? [] }
    try await send(
      (0..<400).map { row in
        #"{"age": \#(texts[0][row] ?? ""), "region": "\#(texts[1][row] ?? "")", "visits": \#(texts[2][row] ?? "null")}"#
      })
    let healthy = try await server.get("/api/v1/models/churn/monitors").body
    #expect(try await alarms() == [], "\(healthy)")
    // Then the visits get lost, and a new region comes with young people alone.
    try await send((0..<200).map { #"{"age": \#(18 + $0 % 5), "region": "west", "visits": null}"# })
    let found = try await alarms()
    #expect(found.isSuperset(of: ["missing", "unseen"]), "\(found)")
    // And at last nobody of those who leave.
    try await send(
      (0..<400).map { #"{"age": \#(18 + $0 % 9), "region": "south", "visits": \#(10 + $0 % 7)}"# })
    #expect(try await alarms().isSuperset(of: ["score_shift", "absent_class"]))
    try await send([String](repeating: #"{"age": 30, "region": "south", "visits": 3}"#, count: 60))
    #expect(try await alarms().contains("constant_input"))
  }
}
