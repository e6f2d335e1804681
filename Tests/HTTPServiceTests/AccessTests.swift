import Catalog
import Documents
import Foundation
import HTTPService
import IndexStore
import HTTPTypes
import Testing

@Suite struct AccessTests {
  private static let secret = "The zyxomma dragonfly budget is 4711 crowns."

  private func server() async throws -> TestServer {
    var documents = TestServer.documents
    documents.append(("hr/budget.md", Self.secret, ["access": .list(["hr"])]))
    documents.append(("board/minutes.md", "The zyxomma minutes were sealed by the board.", [:]))
    return try await TestServer(documents) {
      $0.accessRules = [AccessRule(place: "board", labels: ["board"])]
    }
  }

  /// Every route, with a key that may not see the planted documents: nothing of them may come back.
  @Test func nothingLeaksOnAnyRoute() async throws {
    let server = try await server()
    let outsider = try server.key([.query, .ingest], labels: ["public"]).key
    let insider = try server.key([.query], labels: ["hr", "board"]).key
    let document = "/api/v1/documents/hr%2Fbudget.md"
    let chat = #"{"model": "rag/main", "messages": [{"role": "user", "content": "zyxomma dragonfly budget"}]"#
    func tool(_ name: String, _ arguments: String) -> String {
      #"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "\#(name)", "arguments": \#(arguments)}}"#
    }
    let requests: [(HTTPMethod, String, String)] = [
      (.post, "/query", #"{"question": "What is the zyxomma dragonfly budget?"}"#),
      (.post, "/query", #"{"question": "What is the zyxomma dragonfly budget?", "stream": true}"#),
      (.post, "/search", #"{"query": "zyxomma", "mode": "lexical"}"#),
      (.post, "/search", #"{"query": "zyxomma dragonfly budget", "mode": "dense", "top_k": 100}"#),
      (.post, "/search", #"{"query": "zyxomma dragonfly budget", "mode": "hybrid", "top_k": 100}"#),
      // A typo must not be mended with a word of hidden documents.
      (.post, "/search", #"{"query": "zyxoma minutas", "mode": "lexical"}"#),
      (.post, "/search", #"{"query": "\"zyxomma dragonfly\"", "mode": "lexical"}"#),
      (.post, "/search", #"{"query": "budget", "filter": "access = 'hr'"}"#),
      (.post, "/search", #"{"query": "budget", "filter": "access exists or folder = 'hr'"}"#),
      (.get, "/api/v1/documents?limit=1000", ""), (.get, document, ""), (.get, document + "/chunks", ""),
      (.get, document + "/place?start=0&end=44", ""), (.get, document + "/pages/1/image", ""),
      (.get, "/api/v1/documents/board/minutes.md/place?start=0&end=44", ""),
      (.get, "/api/v1/documents/board/minutes.md/pages/1/image", ""),
      (.get, "/api/v1/documents/board/minutes.md", ""),
      (.get, "/api/v1/documents/board/minutes.md/chunks", ""),
      (.delete, document, ""), (.get, "/api/v1/collections", ""), (.get, "/api/v1/collections/main", ""),
      (.get, "/api/v1/jobs", ""), (.get, "/api/v1/statistics", ""), (.get, "/metrics", ""),
      (.get, "/api/v1/drift", ""), (.get, "/api/v1/drift/report", ""),
      (.post, "/api/v1/drift/baseline", "{}"),
      (.post, "/api/v1/drift/check", "{}"), (.get, "/v1/models", ""),
      (.post, "/v1/chat/completions", chat + "}"),
      (.post, "/v1/chat/completions", chat + #", "stream": true}"#),
      (.post, "/mcp", tool("search", #"{"query": "zyxomma dragonfly budget"}"#)),
      (.post, "/mcp", tool("query", #"{"question": "What is the zyxomma dragonfly budget?"}"#)),
      (.post, "/mcp", tool("get_document", #"{"document_id": "hr/budget.md"}"#)),
      (.post, "/mcp", tool("list_collections", "{}")),
      (.post, "/v1/rerank", #"{"query": "zyxomma", "documents": ["a", "b"]}"#),
      (.post, "/v1/embeddings", #"{"model": "hashing", "input": "zyxomma"}"#),
    ]
    for (method, path, body) in requests {
      let reply = try await server.send(
        method.http, path, body, headers: [.authorization: "Bearer " + outsider])
      // Among the numbers of the metrics any may come.
      let words = ["crowns", "sealed", "budget.md", "minutes.md"] + (path == "/metrics" ? [] : ["4711"])
      for word in words where !(path + body).contains(word) {
        #expect(!reply.body.contains(word), "\(method) \(path) \(body) gave \(reply.body)")
      }
      #expect(reply.status < 500, "\(method) \(path): \(reply.body)")
    }
    // The walk is worth nothing if nobody could see it: an insider does, on the same routes.
    for (method, path, body) in requests
    where path == "/query"
      || path.hasPrefix(document) && method == .get && !path.hasSuffix("/image")
    {
      let reply = try await server.send(
        method.http, path, body, headers: [.authorization: "Bearer " + insider])
      #expect(reply.body.contains("4711"), "\(method) \(path): \(reply.body)")
    }
    // A route that is new and not in the walk fails here.
    let described = try await server.get("/openapi.json").json["paths"]
    guard case .object(let paths) = described else {
      Issue.record("no paths")
      return
    }
    let open = [
      "/livez", "/readyz", "/healthz", "/", "/page/app.js", "/page/style.css", "/page/common.js",
      "/page/drift.js", "/page/models.js", "/page/health.js", "/page/source.js", "/openapi.json",
    ]
    let elsewhere = [
      "/health", "/version", "/api/v1/feedback", "/v2/rerank", "/rerank", "/api/v1/jobs/{id}",
      "/v1/models/{id}", "/invocations", "/ping", "/v2", "/v2/health/live", "/v2/health/ready",
    ]
    let walked = Set(requests.map { $0.1.split(separator: "?")[0].replacing("%2F", with: "/") })
    for (path, _) in paths
    // Runs and models hold nothing of the documents.
    where !open.contains(path) && !elsewhere.contains(path) && !path.hasPrefix("/api/2.0/mlflow")
      && !path.hasPrefix("/api/v1/models/") && !path.hasPrefix("/v2/models/")
    {
      let prefix = path.prefix { $0 != "{" }
      #expect(walked.contains { $0.hasPrefix(prefix) }, "\(path) is not in the walk")
    }
  }

  @Test func countsAreOfWhatIsSeen() async throws {
    let server = try await server()
    let outsider = try server.key([.query], labels: []).key
    let all = try server.key([.query]).key
    let seen = try await server.get("/api/v1/collections/main", key: outsider)
    let whole = try await server.get("/api/v1/collections/main", key: all)
    #expect(seen.number("documents") == 3)
    #expect(seen.number("chunks") == 3)
    #expect(whole.number("documents") == 5)
  }

  @Test func aDeletedDocumentIsNotThereForWhoCouldNotSeeIt() async throws {
    let server = try await server()
    let outsider = try server.key([.query, .ingest], labels: ["public"]).key
    let reply = try await server.delete("/api/v1/documents/hr/budget.md", key: outsider)
    #expect(reply.status == 404)
    #expect(reply.code == "document_missing")
    let insider = try server.key([.query], labels: ["hr"]).key
    #expect(try await server.get("/api/v1/documents/hr/budget.md", key: insider).status == 200)
  }

  @Test func uploadsCarryLabelsThatTheKeyHolds() async throws {
    let server = try await server()
    let key = try server.key([.ingest, .query], labels: ["hr"]).key
    let wide = try await server.post(
      "/api/v1/documents", #"{"id": "a.md", "text": "x", "access": ["board"]}"#, key: key)
    #expect(wide.status == 403)
    let none = try await server.post(
      "/api/v1/documents", #"{"id": "a.md", "text": "x", "access": []}"#, key: key)
    #expect(none.status == 403)
    let own = try await server.post("/api/v1/documents", #"{"id": "a.md", "text": "mine alone"}"#, key: key)
    #expect(own.status == 202)
    try await server.service.jobs.runWaiting()
    let other = try server.key([.query], labels: ["public"]).key
    #expect(try await server.get("/api/v1/documents/a.md", key: other).status == 404)
    #expect(try await server.get("/api/v1/documents/a.md", key: key).status == 200)
  }

  @Test func labelsInFrontMatterDoNotWidenAnUpload() async throws {
    let server = try await server()
    let key = try server.key([.ingest, .query], labels: ["hr"]).key
    let text = #"---\naccess: public\n---\nThe wombat memo."#
    let body = #"{"id": "memo.md", "name": "memo.md", "text": "\#(text)"}"#
    #expect(try await server.post("/api/v1/documents", body, key: key).status == 202)
    try await server.service.jobs.runWaiting()
    let other = try server.key([.query], labels: ["public"]).key
    #expect(try await server.get("/api/v1/documents/memo.md", key: other).status == 404)
  }
}

enum HTTPMethod: Sendable {
  case get, post, delete
}

extension HTTPMethod {
  var http: HTTPRequest.Method {
    switch self {
    case .get: .get
    case .post: .post
    case .delete: .delete
    }
  }
}
