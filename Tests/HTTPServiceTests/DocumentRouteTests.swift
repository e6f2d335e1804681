import Foundation
import HTTPService
import HTTPTypes
import Testing

@Suite struct DocumentRouteTests {
  private func job(_ server: TestServer, _ reply: TestServer.Reply) async throws -> TestServer.Reply {
    #expect(reply.status == 202, "\(reply.body)")
    #expect(reply.headers[.location] == reply.text("url"))
    try await server.service.jobs.runWaiting()
    return try await server.get(reply.text("url") ?? "")
  }

  @Test func uploadedTextAnswersAndDeletedTextDoesNot() async throws {
    let server = try await TestServer()
    let body = ##"""
      {"documents": [{"id": "team/quokka.md", "name": "quokka.md", "text": "# Quokka\n\nThe quokka port is 7700.",
      "metadata": {"team": "ops", "year": 2026, "tags": ["a", "b"], "draft": false}}]}
      """##
    let done = try await job(server, try await server.post("/api/v1/documents", body))
    #expect(done.text("state") == "done", "\(done.body)")
    #expect(done.json["report"]?["documents"]?["added"].map { "\($0)" } == "1")
    let answer = try await server.post("/query", #"{"question": "What is the quokka port?"}"#)
    #expect(answer.text("answer")?.contains("7700") == true)
    let found = try await server.post(
      "/search", #"{"query": "quokka", "filter": "team = 'ops' and year >= 2026"}"#)
    #expect(found.body.contains("team/quokka.md"))
    let document = try await server.get("/api/v1/documents/team%2Fquokka.md")
    #expect(document.text("text")?.contains("The quokka port is 7700.") == true)
    #expect(document.json["metadata"]?["tags"].map { "\($0)" } == #"["a","b"]"#)
    let chunks = try await server.get("/api/v1/documents/team/quokka.md/chunks")
    #expect(chunks.body.contains("quokka port"))
    #expect(try await server.delete("/api/v1/documents/team/quokka.md").status == 200)
    for path in ["/api/v1/documents/team/quokka.md", "/api/v1/documents/team/quokka.md/chunks"] {
      #expect(try await server.get(path).code == "document_missing")
    }
    let gone = try await server.post("/query", #"{"question": "What is the quokka port?"}"#)
    #expect(!gone.body.contains("7700"))
    #expect(try await server.delete("/api/v1/documents/team/quokka.md").status == 404)
  }

  @Test func formsCarryFiles() async throws {
    let server = try await TestServer()
    let form = [
      "--x", "Content-Disposition: form-data; name=\"collection\"", "", "main",
      "--x", "Content-Disposition: form-data; name=\"access\"", "", "ops, dev",
      "--x", "Content-Disposition: form-data; name=\"files\"; filename=\"notes/../a b.txt\"",
      "Content-Type: text/plain", "", "The numbat sleeps at noon.\r\n--y\r\nstill the same file",
      "--x", "Content-Disposition: form-data; name=\"files\"; filename=\"c.md\"", "", "# Numbat two",
      "--x--", "",
    ].joined(separator: "\r\n")
    let reply = try await server.send(
      .post, "/api/v1/documents", form, headers: [.contentType: "multipart/form-data; boundary=x"])
    let done = try await job(server, reply)
    #expect(done.text("state") == "done", "\(done.body)")
    let document = try await server.get("/api/v1/documents/a%20b.txt")
    #expect(document.text("text")?.contains("still the same file") == true)
    #expect(document.json["metadata"]?["access"].map { "\($0)" } == #"["ops","dev"]"#)
  }

  @Test func theSameKeyAndBodyIsTheSameJob() async throws {
    let server = try await TestServer()
    let key = try #require(HTTPField.Name("Idempotency-Key"))
    func send(_ text: String, _ value: String) async throws -> TestServer.Reply {
      try await server.send(
        .post, "/api/v1/documents", #"{"id": "a.txt", "text": "\#(text)"}"#, headers: [key: value])
    }
    let first = try await send("one", "k1")
    let again = try await send("one", "k1")
    #expect(first.text("job_id") == again.text("job_id"))
    let other = try await send("two", "k1")
    #expect(other.status == 409)
    #expect(other.code == "conflict")
    #expect(try await send("two", "k2").text("job_id") != first.text("job_id"))
  }

  @Test(arguments: [
    #"{"text": "no identity"}"#, #"{"id": "a", "text": "x", "content_base64": "eA=="}"#, #"{"id": "a"}"#,
    #"{"id": "../a", "text": "x"}"#, #"{"id": "/etc/passwd", "text": "x"}"#,
    #"{"id": "a\u0000b", "text": "x"}"#,
    #"{"id": "a", "content_base64": "%%%"}"#, #"{"documents": []}"#, #"{"documents": [1]}"#,
    #"{"documents": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]}"#,
    #"{"id": "a", "text": "x", "metadata": {"deep": {"er": 1}}}"#,
    #"{"id": "a", "text": "x", "collection": "a/b"}"#,
    #"{"id": "a", "text": "x", "access": "hr"}"#,
  ])
  func uploadsThatCannotBeAreRefusedAtOnce(_ body: String) async throws {
    let server = try await TestServer()
    let reply = try await server.post("/api/v1/documents", body)
    #expect(reply.status == 400, "\(body): \(reply.body)")
    #expect(try server.home.catalog.unfinishedJobs().isEmpty)
  }

  @Test func aDocumentThatCannotBeReadFailsItsJobAndSaysWhy() async throws {
    let server = try await TestServer()
    let reply = try await server.post(
      "/api/v1/documents",
      #"{"id": "broken.pdf", "name": "broken.pdf", "content_base64": "JVBERi0xLjQKbm90IGEgcGRm"}"#)
    let done = try await job(server, reply)
    #expect(done.text("state") == "failed", "\(done.body)")
    #expect(done.body.contains("broken.pdf"))
  }

  @Test func uploadsMakeTheirCollection() async throws {
    let server = try await TestServer()
    let reply = try await server.post(
      "/api/v1/documents", #"{"collection": "new", "id": "a.txt", "text": "Fresh."}"#)
    #expect(try await job(server, reply).text("state") == "done")
    #expect(try await server.get("/api/v1/collections/new").number("documents") == 1)
  }

  @Test func unfinishedJobsAreDoneByTheNextServer() async throws {
    let server = try await TestServer()
    let reply = try await server.post("/api/v1/documents", #"{"id": "late.txt", "text": "Late but there."}"#)
    let id = reply.text("job_id") ?? ""
    // As a crash in the middle leaves it.
    try server.home.catalog.updateJob(id, state: .running, report: nil)
    try await server.service.jobs.runWaiting()
    #expect(try await server.get("/api/v1/jobs/" + id).text("state") == "done")
    #expect(try await server.get("/api/v1/documents/late.txt").status == 200)
  }

  @Test func listsGoOnWhereTheyEnded() async throws {
    let server = try await TestServer()
    var seen: [String] = []
    var after = ""
    for _ in 0..<5 {
      let page = try await server.get("/api/v1/documents?limit=1&after=\(after)")
      guard case .array(let documents) = page.json["documents"] else { break }
      seen += documents.compactMap { $0["document_id"]?.text }
      guard let next = page.text("next") else { break }
      after = next.replacing("/", with: "%2F")
    }
    #expect(seen == ["handbook/cache.md", "handbook/drift.md", "handbook/rollback.md"])
    #expect(try await server.get("/api/v1/documents?limit=0").status == 400)
  }
}
