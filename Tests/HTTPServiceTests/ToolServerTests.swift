import Foundation
import HTTPService
import Testing

@Suite struct ToolServerTests {
  private func call(_ server: TestServer, _ message: String) async throws -> JSONValue {
    let reply = try await server.post("/mcp", message)
    #expect(reply.status == 200, "\(reply.body)")
    return reply.json
  }

  @Test func agreesOnARevision() async throws {
    let server = try await TestServer()
    for (asked, given) in [("2025-03-26", "2025-03-26"), ("1999-01-01", "2025-11-25")] {
      let reply = try await call(
        server,
        #"{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "\#(asked)"}}"#)
      #expect(reply["result"]?["protocolVersion"]?.text == given)
      #expect(reply["result"]?["serverInfo"]?["name"]?.text == "rag")
    }
  }

  @Test func toolsAreListedAndCalled() async throws {
    let server = try await TestServer()
    let list = try await call(server, #"{"jsonrpc": "2.0", "id": "a", "method": "tools/list"}"#)
    guard case .array(let tools) = list["result"]?["tools"] else {
      Issue.record("no tools")
      return
    }
    #expect(tools.compactMap { $0["name"]?.text } == ["search", "query", "get_document", "list_collections"])
    for (name, arguments, text) in [
      ("search", #"{"query": "rollback", "top_k": 1}"#, "handbook/rollback.md"),
      ("query", #"{"question": "What PSI value means major drift?"}"#, "0.25"),
      ("get_document", #"{"document_id": "handbook/cache.md"}"#, "keyed by the hash"),
      ("list_collections", "{}", "main: 3 documents"),
    ] {
      let reply = try await call(
        server,
        #"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "\#(name)", "arguments": \#(arguments)}}"#
      )
      guard case .array(let content) = reply["result"]?["content"] else {
        Issue.record("\(name): \(reply)")
        continue
      }
      #expect(content.first?["text"]?.text?.contains(text) == true, "\(name): \(reply)")
      guard case .bool(false) = reply["result"]?["isError"] else {
        Issue.record("\(name) failed: \(reply)")
        continue
      }
    }
  }

  @Test func failuresOfToolsAreResultsAndUnknownOnesErrors() async throws {
    let server = try await TestServer()
    let missing = try await call(
      server,
      #"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_document", "arguments": {"document_id": "x"}}}"#
    )
    guard case .bool(true) = missing["result"]?["isError"] else {
      Issue.record("\(missing)")
      return
    }
    for (message, code) in [
      (#"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "rm"}}"#, -32602),
      (#"{"jsonrpc": "2.0", "id": 1, "method": "resources/list"}"#, -32601),
      (#"{"jsonrpc": "1.0", "id": 1, "method": "ping"}"#, -32600), ("{", -32700), ("[]", -32600),
      (#"[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]"#, -32600),
      (#"{"jsonrpc": "2.0", "id": {}, "method": "ping"}"#, -32600),
    ] {
      let reply = try await server.post("/mcp", message)
      #expect(reply.status == (code == -32600 || code == -32700 ? 400 : 200), "\(message)")
      guard case .integer(code) = reply.json["error"]?["code"] else {
        Issue.record("\(message) gave \(reply.body)")
        continue
      }
    }
  }

  @Test func notificationsGetNoAnswer() async throws {
    let server = try await TestServer()
    let reply = try await server.post("/mcp", #"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#)
    #expect(reply.status == 202)
    #expect(reply.body.isEmpty)
    #expect(try await server.get("/mcp").status == 405)
    #expect(try await server.delete("/mcp").status == 405)
  }
}
