import Foundation
import Generation
import HTTPService
import Testing

@Suite struct QueryRouteTests {
  @Test func answersWithCitationsAndLineage() async throws {
    let server = try await TestServer()
    let reply = try await server.post("/query", #"{"question": "What PSI value means major drift?"}"#)
    #expect(reply.status == 200)
    #expect(reply.text("answer")?.contains("PSI value above 0.25") == true)
    guard case .array(let citations) = reply.json["citations"], let first = citations.first else {
      Issue.record("no citations in \(reply.body)")
      return
    }
    #expect(first["document_id"]?.text == "handbook/drift.md")
    #expect(first["quote"]?.text == "A PSI value above 0.25 means major drift of a feature.")
    #expect(reply.text("lineage", "collection") == "main")
    #expect(reply.text("lineage", "configuration_hash")?.count == 64)
    #expect(reply.headers[.contentType] == "application/json")
  }

  @Test func streamsTheSameAnswerInPieces() async throws {
    let server = try await TestServer()
    let question = #"{"question": "What PSI value means major drift?", "stream": true}"#
    let reply = try await server.post("/query", question)
    #expect(reply.status == 200)
    #expect(reply.headers[.contentType] == "text/event-stream")
    let events = reply.events
    #expect(events.first?.name == "retrieval")
    #expect(events.last?.name == "done")
    let text = try events.filter { $0.name == "delta" }.map {
      try TestServer.parse($0.data)["text"]?.text ?? ""
    }
    .joined()
    let done = try TestServer.parse(events.last?.data ?? "")
    #expect(text == done["answer"]?.text)
    // A citation is told before its marker is.
    let citation = events.firstIndex { $0.name == "citation" } ?? .max
    let marker = events.firstIndex { $0.name == "delta" && $0.data.contains("[1]") } ?? -1
    #expect(citation < marker)
  }

  @Test func abstainsInsteadOfInventing() async throws {
    let server = try await TestServer([])
    let reply = try await server.post("/query", #"{"question": "What is the capital of France?"}"#)
    #expect(reply.status == 200)
    #expect(reply.text("answer") == nil)
    #expect(reply.text("reason") == "no_evidence")
  }

  @Test func searchTakesModeCountAndFilter() async throws {
    let server = try await TestServer()
    for mode in ["lexical", "dense", "hybrid"] {
      let reply = try await server.post("/search", #"{"query": "drift", "top_k": 1, "mode": "\#(mode)"}"#)
      guard case .array(let hits) = reply.json["hits"] else {
        Issue.record("no hits in \(reply.body)")
        return
      }
      #expect(hits.count == 1)
      #expect(hits.first?["document_id"]?.text == "handbook/drift.md", "\(mode)")
      #expect(reply.text("mode") == mode)
    }
    let filtered = try await server.post("/search", #"{"query": "version", "filter": "language = 'en'"}"#)
    guard case .array(let hits) = filtered.json["hits"] else {
      Issue.record("no hits in \(filtered.body)")
      return
    }
    #expect(hits.compactMap { $0["document_id"]?.text } == ["handbook/drift.md"])
  }

  @Test(arguments: [
    (#"{}"#, "question"), (#"{"question": "  "}"#, "question"), (#"{"question": 7}"#, "question"),
    (#"{"question": "x", "top_k": 0}"#, "top_k"), (#"{"question": "x", "top_k": 1.5}"#, "top_k"),
    (#"{"question": "x", "mode": "magic"}"#, "mode"), (#"{"question": "x", "filter": "a ="}"#, "filter"),
    (#"{"question": "x", "threshold": 2}"#, "threshold"), (#"{"question": "x", "stream": 1}"#, "stream"),
    (#"{"question": "x", "history": [{"role": "pope", "content": "a"}]}"#, "history[0].role"),
    (#"{"question": "x", "deadline_ms": 0}"#, "deadline_ms"),
    (#"{"question": "x", "collection": "../etc"}"#, "collection"),
  ])
  func saysWhichMemberIsWrong(_ body: String, _ parameter: String) async throws {
    let server = try await TestServer()
    let reply = try await server.post("/query", body)
    #expect(reply.status == 400, "\(reply.body)")
    #expect(reply.code == "invalid_request")
    #expect(reply.text("error", "param") == parameter, "\(reply.body)")
    #expect(reply.text("error", "request_id") == reply.headers[.init("X-Request-Id") ?? .date])
  }

  @Test func namesTheCollectionsThatThereAre() async throws {
    let server = try await TestServer()
    let reply = try await server.post("/query", #"{"question": "x", "collection": "other"}"#)
    #expect(reply.status == 404)
    #expect(reply.code == "collection_missing")
    #expect(reply.text("message")?.contains("main") == true)
  }

  @Test func refusesWhatIsNoJSON() async throws {
    let server = try await TestServer()
    for body in ["", "{", "[1]", "\u{1}", "nul"] {
      let reply = try await server.post("/query", body)
      #expect(reply.status == 400, "\(body)")
    }
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let nested = try await server.post("/query", #"{"question": "x", "history": \#(deep)}"#)
    #expect(nested.status == 400)
    #expect(nested.text("message")?.contains("nested") == true)
    let bytes = try await server.send(.post, "/query", bytes: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])
    #expect(bytes.status == 400)
  }

  @Test func refusesBodiesThatAreTooLarge() async throws {
    let server = try await TestServer { $0.maximumBodyBytes = 2048 }
    let reply = try await server.post(
      "/query", #"{"question": "\#(String(repeating: "a", count: 4000))"}"#)
    #expect(reply.status == 413)
    #expect(reply.code == "body_too_large")
  }

  @Test func modelAnswersAreChecked() async throws {
    let model = ScriptedModel([
      "A PSI value above 0.25 means major drift", " of a feature [1", "]. Bananas are blue [9].",
    ])
    let server = try await TestServer(model: model)
    let reply = try await server.post("/query", #"{"question": "What PSI value means major drift?"}"#)
    #expect(
      reply.text("answer")?.hasPrefix("A PSI value above 0.25 means major drift of a feature [1].") == true)
    #expect(reply.body.contains("[9]") == false)
    #expect(reply.body.contains("uncited_sentences"))
    #expect(reply.text("lineage", "model") == "scripted")
    #expect(reply.text("lineage", "prompt", "name") == "answer")
    let metrics = try await server.get("/metrics")
    #expect(metrics.body.contains(#"rag_llm_tokens_total{key="",model="scripted",direction="input"} 11"#))
  }

  @Test func aModelThatFailsLeavesTheExtract() async throws {
    let server = try await TestServer(
      model: ScriptedModel([], failure: GenerationError(.modelFailed, "no luck")))
    let reply = try await server.post("/query", #"{"question": "What PSI value means major drift?"}"#)
    #expect(reply.status == 200)
    #expect(reply.text("degraded") == "llm_unavailable")
    #expect(reply.text("answer")?.contains("0.25") == true)
    let metrics = try await server.get("/metrics")
    #expect(metrics.body.contains(#"rag_queries_total{outcome="degraded"} 1"#))
  }

  @Test func followUpsAreRewritten() async throws {
    let server = try await TestServer(model: ScriptedModel(["How long does a rollback take?"]))
    let reply = try await server.post(
      "/query",
      #"{"question": "How long does it take?", "history": [{"role": "user", "content": "What is a rollback?"}]}"#
    )
    #expect(reply.text("rewritten_question") == "How long does a rollback take?")
  }

  @Test func feedbackNeedsAnAnswerThatThereIs() async throws {
    let server = try await TestServer()
    let reply = try await server.post("/query", #"{"question": "What PSI value means major drift?"}"#)
    let id = reply.text("answer_id") ?? ""
    let kept = try await server.post(
      "/api/v1/feedback", #"{"answer_id": "\#(id)", "rating": "down", "comment": "vague"}"#)
    #expect(kept.status == 201)
    #expect(try server.home.catalog.feedback(on: id).map(\.rating) == ["down"])
    let unknown = try await server.post("/api/v1/feedback", #"{"answer_id": "none", "rating": "up"}"#)
    #expect(unknown.status == 404)
    #expect(unknown.code == "answer_missing")
  }
}

/// A language model that says what it was told to.
struct ScriptedModel: LanguageModel {
  let identity = "scripted"
  private let pieces: [String]
  private let failure: GenerationError?

  init(_ pieces: [String], failure: GenerationError? = nil) {
    self.pieces = pieces
    self.failure = failure
  }

  func reply(to messages: [ModelMessage], options: ReplyOptions) -> AsyncThrowingStream<ModelEvent, any Error>
  {
    AsyncThrowingStream { continuation in
      for piece in pieces { continuation.yield(.text(piece)) }
      if let failure { return continuation.finish(throwing: failure) }
      continuation.yield(
        .finished(ModelFinish(model: identity, reason: "stop", inputTokens: 11, outputTokens: 7)))
      continuation.finish()
    }
  }
}
