import Foundation
import HTTPService
import TestSupport
import Testing

@Suite struct OpenAIRouteTests {
  private func vector(_ reply: TestServer.Reply, _ index: Int = 0) -> [Float] {
    guard case .array(let data) = reply.json["data"], data.indices.contains(index) else { return [] }
    switch data[index]["embedding"] {
    case .string(let text):
      let bytes = Array(Data(base64Encoded: text) ?? Data())
      return stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
      }
    case .array(let values):
      return values.map { value in
        switch value {
        case .number(let number): Float(number)
        case .integer(let number): Float(number)
        default: .nan
        }
      }
    default: return []
    }
  }

  @Test func bothEncodingsAreTheSameVector() async throws {
    let server = try await TestServer()
    let expected = HashingEmbedder().vector("a rollback")
    for format in ["float", "base64"] {
      let reply = try await server.post(
        "/v1/embeddings", #"{"model": "hashing", "input": "a rollback", "encoding_format": "\#(format)"}"#)
      #expect(reply.status == 200, "\(reply.body)")
      #expect(vector(reply) == expected, "\(format)")
    }
  }

  @Test func allFourFormsOfInput() async throws {
    let words = ["a", " rollback", "the", " cache"]
    let table = words.enumerated().map { "\(Data($1.utf8).base64EncodedString()) \($0)" }.joined(
      separator: "\n")
    let vocabulary = try TokenVocabulary(contents: Array(table.utf8))
    let server = try await TestServer(vocabulary: vocabulary)
    let expected = HashingEmbedder().vector("a rollback")
    for (input, index) in [
      (#""a rollback""#, 0), (#"["x", "a rollback"]"#, 1), ("[0, 1]", 0), ("[[2, 3], [0, 1]]", 1),
    ] {
      let reply = try await server.post("/v1/embeddings", #"{"model": "hashing", "input": \#(input)}"#)
      #expect(vector(reply, index) == expected, "\(input): \(reply.body)")
    }
    let unknown = try await server.post("/v1/embeddings", #"{"model": "hashing", "input": [4]}"#)
    #expect(unknown.status == 400)
  }

  @Test(arguments: [
    #""""#, "[]", "[[]]", #"["a", ""]"#, "7", "null", #"["a", 1]"#, "[1, 2]", "[1.5]", "{}", "[[1], \"a\"]",
  ])
  func inputThatCannotBeIsRefused(_ input: String) async throws {
    let server = try await TestServer()
    let reply = try await server.post("/v1/embeddings", #"{"model": "hashing", "input": \#(input)}"#)
    #expect(reply.status == 400, "\(input): \(reply.body)")
    #expect(reply.text("error", "param") == "input")
    #expect(reply.text("error", "type") == "invalid_request_error")
  }

  @Test func tokenArraysWithoutTheVocabularySayWhatToDo() async throws {
    let server = try await TestServer()
    let reply = try await server.post("/v1/embeddings", #"{"model": "hashing", "input": [1, 2]}"#)
    #expect(reply.text("message")?.contains("check_embedding_ctx_length=False") == true)
  }

  @Test func modelsAreCollectionsAndEmbeddingModels() async throws {
    let server = try await TestServer()
    let list = try await server.get("/v1/models")
    #expect(list.body.contains(#""id":"rag/main""#))
    #expect(list.body.contains(#""id":"hashing""#))
    #expect(try await server.get("/v1/models/rag/main").text("id") == "rag/main")
    let unknown = try await server.get("/v1/models/gpt-4")
    #expect(unknown.status == 404)
    #expect(unknown.code == "model_not_found")
  }

  @Test func chatAnswersWithCitationsBeside() async throws {
    let server = try await TestServer()
    let body =
      #"{"model": "rag/main", "messages": [{"role": "system", "content": "Be nice."}, "#
      + #"{"role": "user", "content": [{"type": "text", "text": "What PSI value means major drift?"}]}]}"#
    let reply = try await server.post("/v1/chat/completions", body)
    #expect(reply.status == 200, "\(reply.body)")
    #expect(reply.text("object") == "chat.completion")
    guard case .array(let choices) = reply.json["choices"] else { return }
    #expect(choices.first?["message"]?["content"]?.text?.contains("0.25") == true)
    #expect(choices.first?["finish_reason"]?.text == "stop")
    guard case .array(let citations) = reply.json["citations"] else { return }
    #expect(citations.first?["document_id"]?.text == "handbook/drift.md")
  }

  @Test func chatStreamsAsClientsExpect() async throws {
    let server = try await TestServer()
    let body =
      #"{"model": "rag/main", "stream": true, "stream_options": {"include_usage": true}, "#
      + #""messages": [{"role": "user", "content": "What PSI value means major drift?"}]}"#
    let reply = try await server.post("/v1/chat/completions", body)
    let events = reply.events
    #expect(events.last?.data == "[DONE]")
    let chunks = try events.dropLast().map { try TestServer.parse($0.data) }
    func delta(_ chunk: JSONValue) -> JSONValue? {
      guard case .array(let choices) = chunk["choices"] else { return nil }
      return choices.first?["delta"]
    }
    #expect(delta(chunks[0])?["role"]?.text == "assistant")
    let text = chunks.compactMap { delta($0)?["content"]?.text }.joined()
    #expect(text.contains("0.25"))
    let plain = try await server.post(
      "/v1/chat/completions", body.replacing(#""stream": true, "#, with: ""))
    guard case .array(let choices) = plain.json["choices"] else { return }
    #expect(choices.first?["message"]?["content"]?.text == text)
    // The last chunk alone holds usage, and no choice.
    let last = try #require(chunks.last)
    guard case .array(let none) = last["choices"] else { return }
    #expect(none.isEmpty)
    #expect(last["usage"]?["total_tokens"] != nil)
    #expect(Set(chunks.compactMap { $0["id"]?.text }).count == 1)
  }

  @Test(arguments: [
    (#"{"model": "rag/main"}"#, 400), (#"{"model": "rag/main", "messages": []}"#, 400),
    (#"{"model": "rag/none", "messages": [{"role": "user", "content": "x"}]}"#, 404),
    (#"{"model": "rag/main", "n": 2, "messages": [{"role": "user", "content": "x"}]}"#, 400),
    (#"{"model": "rag/main", "messages": [{"role": "assistant", "content": "x"}]}"#, 400),
    (#"{"model": "rag/main", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}"#, 400),
  ])
  func chatsThatCannotBeAreRefused(_ body: String, _ status: Int) async throws {
    let server = try await TestServer()
    #expect(try await server.post("/v1/chat/completions", body).status == status)
  }
}
