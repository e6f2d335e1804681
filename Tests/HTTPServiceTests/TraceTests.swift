import Foundation
import HTTPService
import HTTPTypes
import Synchronization
import Testing
import Transport

@Suite struct TraceTests {
  /// Takes what is sent, and answers as it is told.
  private final class Collector: HTTPTransport {
    let requests = Mutex<[TransportRequest]>([])
    let statuses: [Int]

    init(_ statuses: [Int] = [200]) {
      self.statuses = statuses
    }

    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
      let index = requests.withLock { requests in
        requests.append(request)
        return requests.count - 1
      }
      return TransportStream(
        TransportResponse(status: statuses[min(index, statuses.count - 1)], headers: [:], body: []))
    }
  }

  private func exporter(_ collector: Collector, _ metrics: ServiceMetrics) -> TraceExporter {
    TraceExporter(
      endpoint: "http://collector:4318/", headers: [("x-team", "a b")], serviceName: "rag", version: "test",
      transport: collector, metrics: metrics)
  }

  @Test func aQuestionIsATraceWithItsStages() async throws {
    let collector = Collector()
    let metrics = ServiceMetrics(version: "test")
    let traces = exporter(collector, metrics)
    let server = try await TestServer(model: ScriptedModel(["A PSI value above 0.25 [1]."]), traces: traces)
    let trace = String(repeating: "ab", count: 16)
    let name = try #require(HTTPField.Name("traceparent"))
    _ = try await server.send(
      .post, "/query", #"{"question": "What PSI value means major drift?"}"#,
      headers: [name: "00-\(trace)-00f067aa0ba902b7-01"])
    await traces.flush()
    let request = try #require(collector.requests.withLock { $0.first })
    #expect(request.url == "http://collector:4318/v1/traces")
    #expect(request.headers["x-team"] == "a b")
    let body = try TestServer.parse(String(decoding: request.body ?? [], as: UTF8.self))
    guard case .array(let resources) = body["resourceSpans"],
      case .array(let scopes) = resources.first?["scopeSpans"],
      case .array(let spans) = scopes.first?["spans"]
    else {
      Issue.record("no spans in \(body)")
      return
    }
    let names = Set(spans.compactMap { $0["name"]?.text })
    #expect(names.isSuperset(of: ["POST", "retrieve", "embed", "lexical", "chat scripted"]), "\(names)")
    #expect(spans.allSatisfy { $0["traceId"]?.text == trace })
    let root = try #require(spans.first { $0["name"]?.text == "POST" })
    #expect(root["parentSpanId"]?.text == "00f067aa0ba902b7")
    let chat = try #require(spans.first { $0["name"]?.text == "chat scripted" })
    #expect(chat["parentSpanId"]?.text == root["spanId"]?.text)
    #expect(
      "\(chat["attributes"] ?? .null)".contains(
        #"{"key":"gen_ai.usage.input_tokens","value":{"intValue":"11"}}"#))
    #expect(!"\(body)".contains("major drift"), "the question is in the trace")
  }

  @Test(arguments: [([503, 200], 2, 0.0), ([400], 1, 1.0), ([429], 3, 1.0)])
  func onlySomeRefusalsAreTriedAgain(_ statuses: [Int], _ attempts: Int, _ dropped: Double) async throws {
    let collector = Collector(statuses)
    let metrics = ServiceMetrics(version: "test")
    let traces = exporter(collector, metrics)
    let server = try await TestServer(traces: traces)
    _ = try await server.get("/livez")
    await traces.flush()
    #expect(collector.requests.withLock { $0.count } == attempts)
    #expect(metrics.registry.value(of: "rag_trace_spans_dropped_total") == dropped)
  }

  @Test(arguments: [
    "", "00-abc-def-01", "00-" + String(repeating: "0", count: 32) + "-00f067aa0ba902b7-01", "x-y-z",
  ])
  func aBrokenParentBeginsANewTrace(_ header: String) async throws {
    let collector = Collector()
    let traces = exporter(collector, ServiceMetrics(version: "test"))
    let server = try await TestServer(traces: traces)
    let name = try #require(HTTPField.Name("traceparent"))
    _ = try await server.send(.get, "/livez", headers: [name: header])
    await traces.flush()
    let text = String(decoding: collector.requests.withLock { $0.first?.body } ?? [], as: UTF8.self)
    #expect(text.contains("traceId"))
    #expect(!text.contains("parentSpanId"))
  }
}
