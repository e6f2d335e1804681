import Foundation
import HTTPService
import HTTPTypes
import Testing

@Suite struct MetricTests {
  @Test func theExpositionIsWellFormed() async throws {
    let server = try await TestServer()
    _ = try await server.post("/query", #"{"question": "What PSI value means major drift?"}"#)
    _ = try await server.post("/search", #"{"query": "rollback"}"#)
    _ = try await server.get("/nowhere")
    let reply = try await server.get("/metrics")
    #expect(reply.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    var declared: [String: String] = [:]
    var current = ""
    for line in reply.body.split(separator: "\n") {
      if line.hasPrefix("# TYPE ") {
        let parts = line.split(separator: " ")
        current = String(parts[2])
        #expect(declared[current] == nil, "\(current) twice")
        declared[current] = String(parts[3])
      } else if !line.hasPrefix("#") {
        let name = line.prefix { $0 != "{" && $0 != " " }
        #expect(
          name == current || declared[current] == "histogram" && name.hasPrefix(current + "_"), "\(line)")
        #expect(Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
        if declared[current] == "counter" { #expect(current.hasSuffix("_total"), "\(current)") }
      }
    }
    #expect(reply.body.contains(#"rag_http_requests_total{method="GET",route="none",status="404"} 1"#))
    #expect(reply.body.contains(#"rag_index_documents{collection="main"} 3"#))
    #expect(reply.body.contains(#"rag_queries_total{outcome="answered"} 1"#))
    #expect(reply.body.contains(#"rag_searches_total{outcome="found"} 1"#))
  }

  @Test func histogramsAreCumulativeAndLabelsEscaped() {
    let registry = MetricRegistry()
    registry.declare([
      .init("h", .histogram, "a\nb", bounds: [1, 2]), .init("c_total", .counter, "back\\slash"),
    ])
    for value in [0.5, 1, 1.5, 9] { registry.record(value, in: "h", ["l": "x"]) }
    registry.add(to: "c_total", ["l": "a\"b\\c\nd"])
    let expected = """
      # HELP h a\\nb
      # TYPE h histogram
      h_bucket{l="x",le="1"} 2
      h_bucket{l="x",le="2"} 3
      h_bucket{l="x",le="+Inf"} 4
      h_sum{l="x"} 12
      h_count{l="x"} 4
      # HELP c_total back\\\\slash
      # TYPE c_total counter
      c_total{l="a\\"b\\\\c\\nd"} 1

      """
    #expect(registry.text == expected)
  }

  @Test func theLogIsJSONWithoutTexts() async throws {
    let server = try await TestServer()
    _ = try await server.post("/query", #"{"question": "What PSI value means major drift?"}"#)
    _ = try await server.get("/api/v1/documents/handbook%2Fdrift.md")
    let lines = server.lines.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let entry = try TestServer.parse(String(line))
      #expect(entry["request_id"]?.text?.isEmpty == false)
      #expect(entry["level"]?.text == "info")
    }
    #expect(!server.lines.contains("PSI"))
    #expect(!server.lines.contains("drift"))
    let open = try await TestServer { $0.logsQuestions = true }
    _ = try await open.post("/query", #"{"question": "What PSI value means major drift?"}"#)
    #expect(open.lines.contains("What PSI value"))
  }

  @Test func requestIDsAreTakenOverWhereTheyAreHarmless() async throws {
    let server = try await TestServer()
    let name = try #require(HTTPField.Name("X-Request-Id"))
    let kept = try await server.send(.get, "/livez", headers: [name: "abc-123_X"])
    #expect(kept.headers[name] == "abc-123_X")
    for bad in ["a b", "a\"b", "<script>", String(repeating: "a", count: 65), ""] {
      let reply = try await server.send(.get, "/livez", headers: [name: bad])
      #expect(reply.headers[name] != bad)
      #expect(reply.headers[name]?.count == 36)
    }
  }
}
