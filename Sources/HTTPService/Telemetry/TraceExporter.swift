import Foundation
import ServiceLifecycle
import Synchronization
import Transport

/// Sends spans to a collector over OTLP/HTTP in JSON, every few seconds, and forgets those that it does not take.
///
/// - Source: OpenTelemetry protocol specification, OTLP/HTTP; retried are 429, 502, 503 and 504 alone.
package final class TraceExporter: Service, Sendable {
  private let url: String
  private let headers: TransportHeaders
  private let serviceName: String
  private let version: String
  private let transport: any HTTPTransport
  private let metrics: ServiceMetrics
  private let waiting = Mutex<[TraceSpan]>([])

  /// Spans that may wait.
  private static let limit = 8192
  private static let batch = 512

  /// - Parameters:
  ///   - endpoint: without `/v1/traces`.
  ///   - headers: for credentials of the collector.
  package init(
    endpoint: String, headers: [(String, String)], serviceName: String, version: String,
    transport: any HTTPTransport, metrics: ServiceMetrics
  ) {
    url = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/v1/traces"
    var all: TransportHeaders = ["Content-Type": "application/json"]
    for (name, value) in headers { all.append(name, value) }
    self.headers = all
    self.serviceName = serviceName
    self.version = version
    self.transport = transport
    self.metrics = metrics
  }

  /// A span for a request, below the caller's where there is one.
  func begin(_ name: String, traceparent: String?) -> TraceSpan {
    let context = traceparent.flatMap(TraceSpan.context)
    return TraceSpan(
      name, kind: .server, traceID: context?.trace ?? TraceSpan.random(bytes: 16), parent: context?.parent,
      exporter: self)
  }

  func add(_ span: TraceSpan) {
    let isTaken = waiting.withLock { waiting in
      guard waiting.count < Self.limit else { return false }
      waiting.append(span)
      return true
    }
    if !isTaken { metrics.registry.add(to: "rag_trace_spans_dropped_total") }
  }

  package func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try await Task.sleep(for: .seconds(2))
        await self.flush()
      }
    }
    await flush()
  }

  /// Sends what waits.
  package func flush() async {
    while true {
      let spans = waiting.withLock { waiting in
        let part = Array(waiting.prefix(Self.batch))
        waiting.removeFirst(part.count)
        return part
      }
      guard !spans.isEmpty else { return }
      if await !send(spans) {
        metrics.registry.add(Double(spans.count), to: "rag_trace_spans_dropped_total")
      }
    }
  }

  private func send(_ spans: [TraceSpan]) async -> Bool {
    func attribute(_ name: String, _ value: String) -> JSONValue {
      .object([("key", .string(name)), ("value", TraceSpan.Value.text(value).json)])
    }
    let body = JSONValue.object([
      (
        "resourceSpans",
        .array([
          .object([
            (
              "resource",
              .object([
                (
                  "attributes",
                  .array([attribute("service.name", serviceName), attribute("service.version", version)])
                )
              ])
            ),
            (
              "scopeSpans",
              .array([
                .object([
                  ("scope", .object([("name", .string("rag")), ("version", .string(version))])),
                  ("spans", .array(spans.map(\.json))),
                ])
              ])
            ),
          ])
        ])
      )
    ])
    var request = TransportRequest(.post, url, headers: headers, body: Array(body.description.utf8))
    request.deadlines = TransportDeadlines(
      connect: .seconds(2), firstByte: .seconds(5), idle: .seconds(5), total: .seconds(10))
    for attempt in 0..<3 {
      guard let response = try? await transport.send(request) else { return false }
      if (200..<300).contains(response.status) { return true }
      guard [429, 502, 503, 504].contains(response.status) else { return false }
      try? await Task.sleep(for: .milliseconds(200 << attempt))
    }
    return false
  }
}
