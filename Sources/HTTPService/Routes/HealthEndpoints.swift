import Hummingbird
import Retrieval

extension RagService {
  var healthEndpoints: [Endpoint] {
    [
      Endpoint(
        .get, "/livez", scope: nil,
        EndpointDescription("Whether the process answers.", tag: "health")
          .gives(Schema.record([("status", Schema.text)]))
      ) { _, _ in Response(json: .object([("status", .string("ok"))])) },
      Endpoint(
        .get, "/readyz", scope: nil,
        EndpointDescription(
          "Whether it should get requests: store open, model loaded, a probe answered.", tag: "health"
        )
        .gives(Schema.reference("Readiness"))
        .gives(Schema.reference("Readiness"), status: 503)
      ) { [self] _, _ in
        let checks = await checks()
        let isReady = checks.allSatisfy { $0.1 == "ok" || $0.1 == "empty" }
        return Response(
          status: isReady ? .ok : .serviceUnavailable,
          json: .object([
            ("status", .string(isReady ? "ready" : "not_ready")),
            ("checks", .object(checks.map { ($0.0, .string($0.1)) })),
          ]))
      },
      Endpoint(
        .get, "/healthz", scope: nil,
        EndpointDescription("Version and age of the process.", tag: "health")
          .gives(
            Schema.record([("status", Schema.text), ("version", Schema.text), ("uptime_s", Schema.number)]))
      ) { [self] _, _ in
        Response(
          json: .object([
            ("status", .string("ok")), ("version", .string(configuration.version)),
            ("uptime_s", .number(metrics.uptime.rounded())),
          ]))
      },
      Endpoint(
        .get, "/metrics", scope: .query,
        EndpointDescription("Metrics as Prometheus reads them.", tag: "health").gives(
          Schema.text, as: "text/plain")
      ) { [self] _, _ in
        Response(
          status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
          body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.registry.text)))
      },
      Endpoint(
        .get, "/api/v1/statistics", scope: .query,
        EndpointDescription("Load and latency of the last hour.", tag: "health")
          .gives(Schema.reference("Statistics"))
      ) { [self] _, _ in Response(json: statistics) },
    ]
  }

  /// What must be well before requests come, and how it is.
  func checks() async -> [(String, String)] {
    if readiness.isDraining { return [("draining", "the server is about to end")] }
    if let recent = readiness.recent { return recent }
    var checks: [(String, String)] = []
    do {
      let names = try home.catalog.collections().map(\.name)
      checks.append(("store", "ok"))
      let name = names.contains(configuration.collection) ? configuration.collection : names.first
      guard let name else {
        // A server that waits for its first documents is ready to get them.
        checks += [("model", "ok"), ("probe", "empty")]
        readiness.keep(checks)
        return checks
      }
      let open = try await collections.collection(name)
      checks.append(("model", open.tools.embedder == nil ? "there is no embedding model" : "ok"))
      var probe = try wiring.query("probe")
      probe.topK = 1
      let query = probe
      let retriever = Retriever(collection: open.collection, embedder: open.tools.embedder)
      _ = try await gate.run(deadline: .now + .seconds(5)) { try await retriever.retrieve(query) }
      checks.append(("probe", "ok"))
    } catch is AdmissionError {
      // Busy is not broken.
      checks.append(("probe", "ok"))
    } catch {
      let mapping = ErrorMapping(error)
      checks.append((checks.isEmpty ? "store" : checks.count == 1 ? "model" : "probe", mapping.code))
      log.log(.warning, "not ready", [("reason", .string("\(error)"))])
    }
    readiness.keep(checks)
    return checks
  }

  private var statistics: JSONValue {
    let registry = metrics.registry
    let load = gate.load
    let stages = registry.quantiles([0.5, 0.99], of: "rag_query_duration_seconds", by: "stage")
    return .object([
      ("uptime_s", .number(metrics.uptime.rounded())),
      (
        "requests",
        .object([
          ("total", .integer(Int(registry.total(of: "rag_http_requests_total")))),
          ("errors", .integer(recent.errors)),
          ("in_flight", .integer(Int(registry.value(of: "rag_http_requests_in_flight")))),
        ])
      ),
      (
        "queue",
        .object([
          ("running", .integer(load.running)), ("waiting", .integer(load.waiting)),
          ("refused", .integer(Int(registry.total(of: "rag_admission_refused_total")))),
        ])
      ),
      ("resident_bytes", .integer(ServiceMetrics.residentBytes)), ("minutes", recent.json()),
      (
        "stages",
        .array(
          stages.map { stage in
            .object([
              ("stage", .string(stage.label)), ("count", .integer(stage.count)),
              ("p50_ms", .number((stage.values[0] * 1e5).rounded() / 100)),
              ("p99_ms", .number((stage.values[1] * 1e5).rounded() / 100)),
            ])
          })
      ),
    ])
  }
}
