import Foundation
import Hummingbird
import IndexStore
import Storage
import Tracking

/// Registered models, beside what MLflow's protocol tells of them.
extension RagService {
  var modelEndpoints: [Endpoint] {
    [
      Endpoint(
        .get, "/api/v1/models/history", scope: .query,
        EndpointDescription(
          "What happened to registered models, and whether the record is whole.", tag: "models"
        )
        .query("name", Schema.text, "Of one model; of all where it is left out.")
        .query(
          "limit", Schema.integer(from: 1, to: 10_000), "Entries, the newest first; 100 where it is left out."
        )
        .gives(Schema.reference("ModelHistory"))
      ) { [self] request, _ in
        let events = try tracking.history(
          of: request.parameter("name"), limit: try request.integer("limit", in: 1...10_000) ?? 100)
        return Response(
          json: .object([
            ("events", .array(events.map(\.json))),
            ("first_broken", JSONValue(try tracking.brokenHistory().map { Int($0) })),
          ]))
      },
      Endpoint(
        .get, "/api/v1/models/{name}/gates", scope: .query,
        EndpointDescription("What gates found of a model's versions, the newest first.", tag: "models")
          .path("name", "Registered model.").gives(Schema.record([("gates", Schema.list(Schema.anything))]))
      ) { [self] _, context in
        let name = try Request.decoded(context.parameters.get("name") ?? "")
        _ = try tracking.model(name)
        let gates = try tracking.gates(of: name, limit: 100).map { gate -> JSONValue in
          .object([
            ("gate", .integer(Int(gate.id))), ("at", .number(Double(gate.at) / 1000)),
            ("actor", .string(gate.actor)),
            ("version", .integer(Int(gate.version))), ("alias", .string(gate.alias)),
            ("champion", JSONValue(gate.champion.map { Int($0) })), ("passed", .bool(gate.isPassed)),
            ("record", (try? RequestFields.parse(Array(gate.record.utf8))) ?? .null),
          ])
        }
        return Response(json: .object([("gates", .array(gates))]))
      },
      Endpoint(
        .get, "/api/v1/models/{name}/lineage", scope: .query,
        EndpointDescription(
          "Where a version comes from (data, configuration, code, program, what it was made to replace), and what came from it.",
          tag: "models"
        )
        .path("name", "Registered model, or NAME@alias.")
        .query("version", Schema.integer(from: 1, to: 1_000_000_000), "Version, where no alias is meant.")
        .gives(Schema.anything)
      ) { [self] request, context in
        let version = try ModelLoader(tracking).version(try reference(request, context))
        return Response(json: try tracking.lineage(of: version.model, version.version).json)
      },
    ]
  }
}

extension ModelEvent {
  /// Times are seconds since 1970.
  package var json: JSONValue {
    .object([
      ("id", .integer(Int(id))), ("at", .number(Double(at) / 1000)), ("actor", .string(actor)),
      ("model", .string(model)), ("action", .string(action.rawValue)), ("subject", .string(subject)),
      ("old", JSONValue(old)), ("new", JSONValue(new)), ("gate", JSONValue(gate.map { Int($0) })),
      ("reason", JSONValue(reason)), ("hash", .string(Hex.string(hash))),
    ])
  }
}
