import Foundation
import Hummingbird
import IndexStore

/// Drift of collections. Results may name documents and questions of everybody: only keys that may all see them.
extension RagService {
  var driftEndpoints: [Endpoint] {
    [
      Endpoint(
        .get, "/api/v1/drift", scope: .admin,
        EndpointDescription(
          "Show the windows that were checked, the newest last, with the newest's map and examples.",
          tag: "drift"
        )
        .query("collection", Schema.text, "The server's where it is left out.")
        .query(
          "until", Schema.integer(from: 0, to: 100_000_000_000),
          "Seconds since 1970; later windows are left out."
        )
        .query("limit", Schema.integer(from: 1, to: 1000), "Windows; 60 where it is left out.")
        .gives(Schema.reference("DriftHistory"))
      ) { [self] request, context in
        try requireSightOfAll(context)
        let name = try driftCollection(request)
        let windows = try monitor.history(
          of: name,
          endingBy: try request.integer("until", in: 0...100_000_000_000).map(Double.init) ?? .infinity,
          limit: try request.integer("limit", in: 1...1000) ?? 60)
        let examples = DriftExamples(home: home)
        let texts = try windows.last.map { try examples.texts(of: $0) } ?? [:]
        let mapTexts = try windows.last.map { try examples.mapTexts(of: $0) } ?? [:]
        let shown = windows.dropLast().map(\.withoutMaps) + windows.suffix(1)
        return Response(
          json: .object([
            ("collection", .string(name)), ("has_baseline", .bool(try monitor.hasBaseline(name))),
            ("windows", .array(try shown.map(Self.json))),
            (
              "examples",
              .object(
                texts.sorted { $0.key < $1.key }.map { signal, texts in
                  (signal, .array(texts.map { .string($0) }))
                })
            ),
            (
              "map_texts",
              .object(
                mapTexts.sorted { $0.key < $1.key }.map { signal, texts in
                  (signal, .array(texts.map { .string($0 ?? "") }))
                })
            ),
          ]))
      },
      Endpoint(
        .post, "/api/v1/drift/baseline", scope: .admin,
        EndpointDescription("Fix what is there now as what later windows are compared with.", tag: "drift")
          .takes(Schema.reference("DriftBaselineRequest"))
          .gives(Schema.reference("DriftBaseline"), status: 201)
      ) { [self] request, context in
        try requireSightOfAll(context)
        let fields = try await fields(request)
        let name = try fields.text("collection", atMost: 64) ?? configuration.collection
        answers.flush()
        let now = Date().timeIntervalSince1970
        let summary = try await monitor.makeBaseline(
          of: name, from: try fields.number("since", in: 0...1e11), to: now, sentinels: nil, now: now)
        return Response(status: .created, json: summary.json)
      },
      Endpoint(
        .post, "/api/v1/drift/check", scope: .admin,
        EndpointDescription(
          "Compare a window with the baseline: by default all that is since it.", tag: "drift"
        )
        .takes(Schema.reference("DriftCheckRequest"))
        .gives(Schema.reference("DriftWindow"))
      ) { [self] request, context in
        try requireSightOfAll(context)
        let fields = try await fields(request)
        let name = try fields.text("collection", atMost: 64) ?? configuration.collection
        answers.flush()
        let now = Date().timeIntervalSince1970
        let start = try fields.number("since", in: 0...1e11) ?? monitor.baselineEnd(of: name)
        let end = try fields.number("until", in: 0...1e11) ?? now
        guard start < end else {
          throw ServiceError(.invalidRequest, "'since' must lie before 'until'", parameter: "since")
        }
        return Response(json: try Self.json(try await drift.check(name, window: start..<end, now: now)))
      },
      Endpoint(
        .get, "/api/v1/drift/report", scope: .admin,
        EndpointDescription("The same as one HTML page with plots, that needs nothing else.", tag: "drift")
          .query("collection", Schema.text, "The server's where it is left out.")
          .gives(Schema.text, as: "text/html")
      ) { [self] request, context in
        try requireSightOfAll(context)
        let name = try driftCollection(request)
        let windows = try monitor.history(of: name, limit: 365)
        let page = try DriftHistoryReport(name, windows: windows, examples: DriftExamples(home: home)).html
        return Response(
          status: .ok,
          headers: [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
            .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          ],
          body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
      },
    ]
  }

  private func requireSightOfAll(_ context: ServiceContext) throws {
    guard view(of: context.caller) == nil else {
      throw ServiceError(.forbidden, "drift is told of all documents: it needs a key without labels")
    }
  }

  private func driftCollection(_ request: Request) throws -> String {
    let name = request.parameter("collection") ?? configuration.collection
    guard HomeFolder.isValidName(name) else {
      throw ServiceError(.collectionMissing, "'\(name.prefix(80))' cannot name a collection")
    }
    return name
  }

  private static func json(_ window: DriftWindow) throws -> JSONValue {
    JSONValue(parsing: try DriftMonitor.json(window).utf8) ?? .null
  }
}

extension DriftBaselineSummary {
  package var json: JSONValue {
    .object([
      ("baseline", .integer(Int(id))), ("collection", .string(collection)), ("starts_at", .number(startsAt)),
      ("ends_at", .number(endsAt)), ("chunks", .integer(chunks)), ("documents", .integer(documents)),
      ("questions", .integer(questions)), ("question_vectors", .integer(questionVectors)),
      ("canaries", .integer(canaries)), ("sentinels", .integer(sentinels)),
    ])
  }
}
