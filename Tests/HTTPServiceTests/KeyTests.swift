import Foundation
import HTTPService
import HTTPTypes
import Testing

@Suite struct KeyTests {
  @Test func withoutKeysEverybodyMayAndFromTheFirstOnNobodyWithout() async throws {
    let server = try await TestServer()
    #expect(try await server.get("/api/v1/collections").status == 200)
    let made = try server.key()
    try await Task.sleep(for: .milliseconds(1100))
    let refused = try await server.get("/api/v1/collections")
    #expect(refused.status == 401)
    #expect(refused.code == "unauthenticated")
    #expect(refused.headers[.wwwAuthenticate] == "Bearer realm=\"rag\"")
    #expect(try await server.get("/api/v1/collections", key: made.key).status == 200)
    // Probes of those who run it need none.
    for path in ["/livez", "/readyz", "/healthz", "/", "/openapi.json"] {
      #expect(try await server.get(path).status == 200, "\(path)")
    }
    #expect(try server.home.catalog.revokeKey(made.record.id))
    try await Task.sleep(for: .milliseconds(1100))
    #expect(try await server.get("/api/v1/collections", key: made.key).status == 401)
    // Revoking the last key does not open the door.
    #expect(try await server.get("/api/v1/collections").status == 401)
  }

  @Test func keysComeInTheHeadersOfAllClients() async throws {
    let server = try await TestServer()
    let key = try server.key().key
    let basic = Data("user:\(key)".utf8).base64EncodedString()
    let headers: [(String, String)] = [
      ("Authorization", "Bearer " + key), ("Authorization", "bearer " + key),
      ("Authorization", "Basic " + basic),
      ("x-api-key", key), ("api-key", key), ("Api-Key", key),
    ]
    for (name, value) in headers {
      let field = try #require(HTTPField.Name(name))
      #expect(
        try await server.send(.get, "/api/v1/collections", headers: [field: value]).status == 200, "\(name)")
    }
    let wrong = [
      "Bearer " + key + "0", "Bearer rag_x_y", "Bearer", "Basic !", "Bearer " + String(key.dropLast()),
      "Bearer rag_" + String(repeating: "_", count: 1000),
    ]
    for value in wrong {
      let reply = try await server.send(.get, "/api/v1/collections", headers: [.authorization: value])
      #expect(reply.status == 401, "\(value)")
    }
  }

  @Test func theSecretIsNowhere() async throws {
    let server = try await TestServer { $0.logsQuestions = true }
    let made = try server.key()
    _ = try await server.post("/query", #"{"question": "What PSI value means drift?"}"#, key: made.key)
    _ = try await server.post("/query", #"{"question": "What?"}"#, key: made.key + "0")
    let secret = try #require(made.key.split(separator: "_").last)
    #expect(!server.lines.contains(secret))
    #expect(server.lines.contains(made.record.id))
    for name in try FileManager.default.contentsOfDirectory(atPath: server.home.path) {
      let bytes = FileManager.default.contents(atPath: server.home.path + "/" + name) ?? Data()
      #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(name)")
    }
  }

  @Test func scopesLimitWhatAKeyMay() async throws {
    let server = try await TestServer()
    let query = try server.key([.query]).key
    let ingest = try server.key([.ingest]).key
    let admin = try server.key([.admin]).key
    let upload = #"{"id": "a.txt", "text": "x"}"#
    #expect(try await server.post("/api/v1/documents", upload, key: query).status == 403)
    #expect(try await server.post("/api/v1/documents", upload, key: ingest).status == 202)
    #expect(try await server.post("/search", #"{"query": "x"}"#, key: ingest).status == 403)
    #expect(try await server.delete("/api/v1/documents/handbook/cache.md", key: query).status == 403)
    #expect(try await server.delete("/api/v1/collections/main", key: ingest).status == 403)
    #expect(try await server.post("/search", #"{"query": "x"}"#, key: admin).status == 200)
    #expect(try await server.delete("/api/v1/collections/main", key: admin).status == 200)
  }

  @Test func expiredKeysAreRefused() async throws {
    let server = try await TestServer()
    let expired = try server.key(expiresAt: Date().timeIntervalSince1970 - 1).key
    #expect(try await server.get("/api/v1/collections", key: expired).status == 401)
  }

  @Test func ratesAreLimitedByKey() async throws {
    let server = try await TestServer()
    let slow = try server.key(rateLimit: 8).key
    let free = try server.key().key
    var statuses: [Int] = []
    for _ in 0..<4 { statuses.append(try await server.get("/v1/models", key: slow).status) }
    #expect(statuses == [200, 200, 429, 429])
    let reply = try await server.get("/v1/models", key: slow)
    #expect(reply.code == "rate_limited")
    let wait = try #require(reply.headers[.retryAfter].flatMap { Int($0) })
    #expect((1...8).contains(wait))
    #expect(try await server.get("/v1/models", key: free).status == 200)
  }

  @Test func anOpenAddressNeedsAKey() async throws {
    let server = try await TestServer { $0.host = "0.0.0.0" }
    #expect(throws: ServiceError.self) { try server.service.requireKeyBeyondLoopback() }
    _ = try server.key()
    try await Task.sleep(for: .milliseconds(1100))
    try server.service.requireKeyBeyondLoopback()
  }
}
