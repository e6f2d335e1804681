import Foundation
import Hummingbird
import Kernels
import Tracking
import Training

/// Open Inference Protocol, version 2, over HTTP: a tensor of shape `[n]` or `[n, 1]` for each column.
///
/// - Source: kserve/open-inference-protocol, "Predict Protocol - Version 2", REST.
extension RagService {
  var inferenceEndpoints: [Endpoint] {
    func described(_ summary: String) -> EndpointDescription {
      EndpointDescription(summary, tag: "inference")
    }
    func model(_ summary: String, _ isVersioned: Bool) -> EndpointDescription {
      let description = described(summary).path("name", "Registered model, or NAME@alias.")
      return isVersioned ? description.path("version", "Version of the model.") : description
    }
    var endpoints = [
      Endpoint(.get, "/v2", scope: nil, described("What this server is.").gives(Schema.anything)) { _, _ in
        Response(
          json: .object([("name", .string("rag")), ("version", .string("2")), ("extensions", .array([]))]))
      },
      Endpoint(
        .get, "/v2/health/live", scope: nil, described("Whether the server lives.").gives(Schema.anything)
      ) {
        _, _ in Response(json: .object([("live", .bool(true))]))
      },
      Endpoint(
        .get, "/v2/health/ready", scope: nil,
        described("Whether the server can score.").gives(Schema.anything).gives(Schema.anything, status: 503)
      ) { [self] _, _ in
        let isReady = canScore
        return Response(
          status: isReady ? .ok : .serviceUnavailable, json: .object([("ready", .bool(isReady))]))
      },
    ]
    for isVersioned in [false, true] {
      let path = "/v2/models/{name}" + (isVersioned ? "/versions/{version}" : "")
      endpoints += [
        Endpoint(
          .get, path, scope: .query,
          model("A model's inputs and outputs.", isVersioned).gives(Schema.anything)
        ) { [self] _, context in
          Response(
            json: InferenceJSON.metadata(try await shelf.model(try reference(context)), try versions(context))
          )
        },
        Endpoint(
          .get, path + "/ready", scope: .query,
          model("Whether a model can score: it is loaded for that.", isVersioned).gives(Schema.anything)
        ) { [self] _, context in
          let choice = try await shelf.model(try reference(context))
          return Response(
            status: choice.fallback == nil ? .ok : .serviceUnavailable,
            json: .object([
              ("name", .string(choice.loaded.version.model)), ("ready", .bool(choice.fallback == nil)),
            ]))
        },
        Endpoint(
          .post, path + "/infer", scope: .query,
          model("Score tensors.", isVersioned)
            .query(
              Self.deadlineParameter, Schema.integer(from: 1, to: 600_000),
              "Time to be done in, milliseconds."
            )
            .takes(Schema.reference("InferenceRequest"))
            .gives(Schema.reference("InferenceResponse"))
        ) { [self] request, context in try await infer(request, context) },
      ]
    }
    return endpoints
  }

  private func reference(_ context: ServiceContext) throws -> ModelReference {
    var reference = try ModelReference(try Request.decoded(context.parameters.get("name") ?? ""))
    if let version = context.parameters.get("version") {
      guard let number = Int64(version) else {
        throw TrackingError(
          .missing, "'\(reference.name)' has no version \(version.prefix(40)): versions are whole numbers")
      }
      reference.choice = .version(number)
    }
    return reference
  }

  private func versions(_ context: ServiceContext) throws -> [Int64] {
    let name = try reference(context).name.replacing("'", with: "")
    return try tracking.searchVersions(
      filter: "name = '\(name)'", orderBy: ["version_number ASC"], limit: 1000, offset: 0
    ).items.map(\.version)
  }

  private func infer(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let deadline = try scoringDeadline(request)
    let choice = try await shelf.model(try reference(context))
    let fields = try await fields(request, limit: Self.scoringBodyLimit)
    let id = try fields.text("id", atMost: 256)
    let wanted = try fields.list("outputs", atMost: 1024)?.compactMap { $0["name"]?.text }
    let rows = try InferenceJSON.rows(fields, choice.loaded.model.schema)
    let scored = try await scored(rows, by: choice, deadline: deadline)
    return Response(json: try InferenceJSON.response(choice, scored.said, id: id, wanted: wanted))
  }
}
