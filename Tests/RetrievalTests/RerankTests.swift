import Documents
import Embeddings
import Foundation
import IndexStore
import Retrieval
import TestSupport
import Testing
import Transport

@Suite struct RerankTests {
  let folder = TemporaryFolder()

  /// Scores passages by the number behind "rank" in their text.
  struct NumberReranker: Reranker {
    var identity: String { "numbers/1" }

    func scores(question: String, passages: [String]) async throws -> [Double] {
      passages.map { Double($0.split(separator: " ").last.flatMap { Double($0) } ?? 0) }
    }
  }

  struct SlowReranker: Reranker {
    var identity: String { "slow/1" }

    func scores(question: String, passages: [String]) async throws -> [Double] {
      try await Task.sleep(for: .seconds(60))
      return passages.map { _ in 0 }
    }
  }

  struct BrokenReranker: Reranker {
    var identity: String { "broken/1" }

    func scores(question: String, passages: [String]) async throws -> [Double] { [1] }
  }

  func ask(
    _ reranker: (any Reranker)?, change: (inout RetrievalQuery) -> Void = { _ in }
  ) async throws -> RetrievalResult {
    let sample = try SampleCollection(path: folder("home-\(UUID().uuidString)"))
    let documents = (0..<12).map { index in
      sample.document(
        "d\(index)", String(repeating: "apple ", count: 12 - index) + "rank \(index)",
        metadata: [
          "date": .string("2026-01-\(index + 10)"), "trusted": .bool(index == 11),
          "weight": .number(Double(index) / 11),
        ])
    }
    try sample.commit(documents, to: sample.writer())
    var query = RetrievalQuery("apple")
    query.mode = .lexical
    query.topK = 12
    change(&query)
    return try await Retriever(
      collection: DocumentCollection("main", in: sample.home), embedder: nil, reranker: reranker
    ).retrieve(query)
  }

  func names(_ result: RetrievalResult) -> [String] { result.hits.map(\.content.documentID) }

  @Test func theHeadIsReordered() async throws {
    let plain = names(try await ask(nil))
    #expect(plain.first == "d0")
    let result = try await ask(NumberReranker()) { $0.rerank.depth = 5 }
    #expect(names(result) == plain.prefix(5).reversed() + plain.dropFirst(5))
    #expect(result.reranker == "numbers/1")
    #expect(result.degraded == nil)
    let scores = result.hits.map(\.score)
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 > $1 })
    #expect(result.hits.map { $0.rerankScore != nil } == (0..<12).map { $0 < 5 })
  }

  @Test func onlySomeAreKept() async throws {
    let plain = names(try await ask(nil))
    let result = try await ask(NumberReranker()) {
      $0.rerank.depth = 5
      $0.rerank.kept = 2
    }
    #expect(names(result) == [plain[4], plain[3]] + plain.prefix(3) + plain.dropFirst(5))
    let scores = result.hits.map(\.score)
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func aWeightOfNothingKeepsTheOrder() async throws {
    let result = try await ask(NumberReranker()) { $0.rerank.weight = 0 }
    #expect(names(result) == names(try await ask(nil)))
  }

  @Test func aSlowRerankerIsSkipped() async throws {
    let result = try await ask(SlowReranker()) { $0.rerank.budget = .milliseconds(50) }
    #expect(result.degraded == "reranker_timeout")
    #expect(result.reranker == nil)
    #expect(names(result) == names(try await ask(nil)))
  }

  @Test func aBrokenRerankerCostsNothing() async throws {
    let result = try await ask(BrokenReranker())
    #expect(result.degraded?.hasPrefix("reranker_failed") == true)
    #expect(names(result) == names(try await ask(nil)))
  }

  @Test func boostsLift() async throws {
    let now = try #require(RecencyBoost.seconds("2026-01-21"))
    let recent = try await ask(nil) {
      $0.adjustments.recency = RecencyBoost(field: "date", halfLifeDays: 2, weight: 10, now: now)
    }
    #expect(names(recent).first == "d11")
    let trusted = try await ask(nil) {
      $0.adjustments.authority = AuthorityBoost(field: "trusted", weight: 10)
    }
    #expect(names(trusted).first == "d11")
    #expect(names(trusted).dropFirst() == names(try await ask(nil)).filter { $0 != "d11" }[...])
    #expect(RecencyBoost.seconds("not a date") == nil)
  }

  @Test func diversityByHand() {
    // The second is the first again; the third is less relevant and new.
    let order = Diversity.order(
      scores: [1, 0.9, 0.5], vectors: [[1, 0], [1, 0], [0, 1]], lambda: 0.5, count: 3)
    #expect(order == [0, 2, 1])
    let relevance = Diversity.order(
      scores: [1, 0.9, 0.5], vectors: [[1, 0], [1, 0], [0, 1]], lambda: 1, count: 3)
    #expect(relevance == [0, 1, 2])
  }

  @Test func nearDuplicatesGo() {
    let text = (0..<60).map { "word\($0)" }.joined(separator: " ")
    let kept = NearDuplicates.distinct([
      text, text + " end", "something else entirely, with other words", "short", "Short!",
    ])
    #expect(kept == [0, 2, 3])
  }

  @Test func listsOfALanguageModelAreRead() async throws {
    #expect(ListwiseReranker.order(in: "[3] > [1] > [3] > [9]", count: 3) == [2, 0])
    let reranker = ListwiseReranker(model: "m") { _, request in
      request.contains("number=\"3\"") ? "[2] > [3]" : ""
    }
    #expect(try await reranker.scores(question: "q", passages: ["a", "b", "c"]) == [1, 3, 2])
    await #expect(throws: RetrievalError.self) { try await reranker.scores(question: "q", passages: ["a"]) }
  }

  /// Answers every request with the same bytes, and keeps the request.
  final class FixedTransport: HTTPTransport {
    let status: Int
    let body: String
    init(status: Int = 200, body: String) {
      self.status = status
      self.body = body
    }

    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
      throw TransportError(.other, "not used")
    }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
      let sent = String(decoding: request.body ?? [], as: UTF8.self)
      guard sent.contains("\"query\":\"q\"") else { throw TransportError(.badRequest, "no query in \(sent)") }
      return TransportResponse(status: status, body: Array(body.utf8))
    }
  }

  @Test(arguments: [
    (
      RerankAPI.cohere,
      #"{"id":"1","results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}"#
    ),
    (
      .jina,
      #"{"model":"m","results":[{"index":1,"relevance_score":0.9,"document":{"text":"b"}},{"index":0,"relevance_score":0.1}]}"#
    ),
    (.tei, #"[{"index":1,"score":0.9},{"index":0,"score":0.1}]"#),
  ])
  func serversAreUnderstood(api: RerankAPI, body: String) async throws {
    let reranker = RemoteReranker(
      api: api, baseURL: "http://127.0.0.1:9/", model: "m", key: nil, transport: FixedTransport(body: body))
    #expect(try await reranker.scores(question: "q", passages: ["a", "b"]) == [0.1, 0.9])
  }

  @Test(arguments: [
    (500, "{}"), (401, "{}"), (200, "<html>"), (200, #"{"results":[{"index":0,"relevance_score":1}]}"#),
    (200, #"{"results":[{"index":7,"relevance_score":1},{"index":0,"relevance_score":1}]}"#),
    (200, #"{"results":[{"index":0,"relevance_score":1},{"index":0,"relevance_score":1}]}"#),
  ])
  func badAnswersAreErrors(status: Int, body: String) async throws {
    let reranker = RemoteReranker(
      api: .cohere, baseURL: "http://127.0.0.1:9", model: "m", key: nil,
      transport: FixedTransport(status: status, body: body))
    await #expect(throws: RetrievalError.self) {
      try await reranker.scores(question: "q", passages: ["a", "b"])
    }
  }
}
