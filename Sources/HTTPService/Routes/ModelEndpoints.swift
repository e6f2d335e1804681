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
      }
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
