import HTTPService
import Retrieval
import Testing

@Suite struct RerankRouteTests {
  private static let body =
    #"{"model": "any", "query": "rollback of a model", "documents": ["cats", "a rollback of a model", {"text": "model"}]"#

  private func order(_ reply: TestServer.Reply) -> [Int] {
    guard case .array(let results) = reply.json["results"] else { return [] }
    return results.compactMap { result in
      if case .integer(let index) = result["index"] { index } else { nil }
    }
  }

  @Test(arguments: ["/v1/rerank", "/v2/rerank", "/rerank"])
  func bestFirstWithScoresFromZeroToOne(_ path: String) async throws {
    let server = try await TestServer()
    let reply = try await server.post(path, Self.body + #", "top_n": 2, "return_documents": true}"#)
    #expect(reply.status == 200, "\(reply.body)")
    #expect(order(reply) == [1, 2])
    guard case .array(let results) = reply.json["results"] else { return }
    #expect(results.first?["document"]?["text"]?.text == "a rollback of a model")
    for result in results {
      guard case .number(let score) = result["relevance_score"] else {
        Issue.record("no score in \(result)")
        continue
      }
      #expect((0...1).contains(score))
    }
  }

  @Test func theConfiguredRerankerDecides() async throws {
    struct Longest: Reranker {
      let identity = "longest/1"
      func scores(question: String, passages: [String]) async throws -> [Double] {
        passages.map { Double($0.count) }
      }
    }
    let server = try await TestServer(reranker: Longest())
    let reply = try await server.post(
      "/v1/rerank", #"{"query": "x", "documents": ["aa", "aaaa", "a"]}"#)
    #expect(reply.text("model") == "longest/1")
    #expect(order(reply) == [1, 0, 2])
  }

  @Test(arguments: [
    #"{"query": "x"}"#, #"{"query": "x", "documents": []}"#, #"{"documents": ["a"]}"#,
    #"{"query": "x", "documents": [1]}"#, #"{"query": "x", "documents": ["a"], "top_n": 0}"#,
  ])
  func requestsThatCannotBeAreRefused(_ body: String) async throws {
    let server = try await TestServer()
    let reply = try await server.post("/v2/rerank", body)
    #expect(reply.status == 400)
    #expect(reply.text("message")?.isEmpty == false)
  }
}
