import Catalog
import Foundation
import HTTPService
import Hummingbird
import TestSupport
import Testing

/// MLflow's REST, as its clients need it; the clients themselves: `Tests/ClientTests/mlflow_test.py`.
@Suite struct MLflowRouteTests {
  private static let base = "/api/2.0/mlflow/"

  private func post(_ server: TestServer, _ path: String, _ body: String, key: String? = nil) async throws
    -> TestServer.Reply
  {
    try await server.send(
      .post, Self.base + path, body, headers: key.map { [.authorization: "Bearer " + $0] } ?? [:])
  }

  private func code(_ reply: TestServer.Reply) -> String? { reply.json["error_code"]?.text }

  private func run(_ server: TestServer) async throws -> String {
    let reply = try await post(server, "runs/create", #"{"experiment_id": "0", "start_time": "5"}"#)
    return try #require(reply.json["run"]?["info"]?["run_id"]?.text)
  }

  @Test func errorsHaveMLflowsShape() async throws {
    let server = try await TestServer([])
    let run = try await run(server)
    let cases: [(String, String, Int, String, String)] = [
      (
        "experiments/create", "{}", 400, "INVALID_PARAMETER_VALUE",
        "Missing value for required parameter 'name'"
      ),
      (
        "experiments/create", #"{"name": 123}"#, 400, "INVALID_PARAMETER_VALUE",
        "Invalid value 123 for parameter 'name' supplied"
      ),
      ("experiments/create", #"{"name": "Default"}"#, 400, "RESOURCE_ALREADY_EXISTS", "already exists"),
      ("experiments/create", "[1]", 400, "INVALID_PARAMETER_VALUE", "JSON object"),
      (
        "runs/log-metric", #"{"run_id": "nothing", "key": "a", "value": 1, "timestamp": 0}"#, 404,
        "RESOURCE_DOES_NOT_EXIST", "nothing"
      ),
      (
        "runs/log-metric", #"{"run_id": "\#(run)", "key": "a", "value": "x", "timestamp": 0}"#, 400,
        "INVALID_PARAMETER_VALUE", "value"
      ),
      (
        "runs/log-metric", #"{"run_id": "\#(run)", "key": "a", "value": 1}"#, 400, "INVALID_PARAMETER_VALUE",
        "timestamp"
      ),
      ("runs/update", #"{"run_id": "\#(run)", "status": "LOST"}"#, 400, "INVALID_PARAMETER_VALUE", "LOST"),
      (
        "runs/search", #"{"experiment_ids": ["0"], "filter": "x y z"}"#, 400, "INVALID_PARAMETER_VALUE",
        "filter"
      ),
      (
        "runs/search", #"{"experiment_ids": ["0"], "page_token": "!"}"#, 400, "INVALID_PARAMETER_VALUE",
        "token"
      ),
      (
        "runs/search", #"{"experiment_ids": ["0"], "max_results": 50001}"#, 400, "INVALID_PARAMETER_VALUE",
        "max_results"
      ),
      ("traces/search", "{}", 404, "ENDPOINT_NOT_FOUND", "nothing at this path"),
    ]
    for (path, body, status, code, part) in cases {
      let reply = try await post(server, path, body)
      #expect(reply.status == status, "\(path) \(body): \(reply.body)")
      #expect(self.code(reply) == code, "\(path) \(body): \(reply.body)")
      #expect(reply.json["message"]?.text?.contains(part) == true, "\(path) \(body): \(reply.body)")
    }
  }

  @Test func valuesTravelAsTheyAre() async throws {
    let server = try await TestServer([])
    let run = try await run(server)
    let batch = #"""
      {"run_uuid": "\#(run)", "metrics": [{"key": "nan", "value": "NaN", "timestamp": "7", "step": "2"},
      {"key": "large", "value": "Infinity", "timestamp": 7}, {"key": "small", "value": 1e-300, "timestamp": 7}],
      "params": [{"key": "empty", "value": ""}, {"key": "ü", "value": "日本"}], "tags": [{"key": "t", "value": "<b>"}]}
      """#
    #expect(try await post(server, "runs/log-batch", batch).status == 200)
    let found = try await server.get(Self.base + "runs/get?run_id=\(run)")
    for part in [
      #""key":"nan","value":"NaN","timestamp":7,"step":2"#, #""key":"large","value":"Infinity""#,
      #""key":"small","value":1e-300"#, #""key":"empty","value":"""#, #""key":"ü","value":"日本""#,
      #""value":"<b>""#,
      #""start_time":5"#,
    ] { #expect(found.body.contains(part), "\(part): \(found.body)") }
    let many = (0..<1001).map { #"{"key": "m", "value": 1, "timestamp": 0, "step": \#($0)}"# }.joined(
      separator: ",")
    #expect(
      try await post(server, "runs/log-batch", #"{"run_id": "\#(run)", "metrics": [\#(many)]}"#).status == 400
    )
  }

  @Test func pagesFollowEachOther() async throws {
    let server = try await TestServer([])
    for _ in 0..<5 { _ = try await run(server) }
    var seen: [String] = []
    var token = ""
    repeat {
      let reply = try await post(
        server, "runs/search", #"{"experiment_ids": ["0"], "max_results": 2, "page_token": "\#(token)"}"#)
      guard case .array(let runs) = reply.json["runs"] else { break }
      seen += runs.compactMap { $0["info"]?["run_id"]?.text }
      token = reply.json["next_page_token"]?.text ?? ""
    } while !token.isEmpty
    #expect(seen.count == 5 && Set(seen).count == 5)
  }

  /// A key that asks may read; one that takes documents in may write.
  @Test func scopesAreKept() async throws {
    let server = try await TestServer([])
    let reader = try server.key([.query]).key
    let writer = try server.key([.query, .ingest]).key
    let body = #"{"name": "mine"}"#
    let missing = try await post(server, "experiments/create", body)
    #expect(missing.status == 401)
    #expect(code(missing) == "UNAUTHENTICATED")
    let refused = try await post(server, "experiments/create", body, key: reader)
    #expect(refused.status == 403)
    #expect(code(refused) == "PERMISSION_DENIED")
    #expect(try await post(server, "experiments/create", body, key: writer).status == 200)
    #expect(
      try await server.get(Self.base + "experiments/get-by-name?experiment_name=mine", key: reader).status
        == 200)
    let file = "/api/2.0/mlflow-artifacts/artifacts/0/a.txt"
    #expect(
      try await server.send(.put, file, "x", headers: [.authorization: "Bearer " + reader]).status == 403)
    #expect(
      try await server.send(.put, file, "x", headers: [.authorization: "Bearer " + writer]).status == 200)
    #expect(try await server.get(file, key: reader).body == "x")
  }

  @Test func historyIsShown() async throws {
    let server = try await TestServer([])
    _ = try await post(server, "registered-models/create", #"{"name": "m"}"#)
    _ = try await post(server, "model-versions/create", #"{"name": "m", "source": "mlflow-artifacts:/0/x"}"#)
    _ = try await post(
      server, "registered-models/alias", #"{"name": "m", "alias": "champion", "version": 1}"#)
    let reply = try await server.get("/api/v1/models/history?name=m")
    guard case .array(let events) = reply.json["events"] else {
      Issue.record("no events")
      return
    }
    #expect(events.compactMap { $0["action"]?.text } == ["alias_moved", "version_created", "created"])
  }
}
