import Hummingbird
import IndexStore

extension RagService {
  var collectionEndpoints: [Endpoint] {
    [
      Endpoint(
        .get, "/api/v1/collections", scope: .query,
        EndpointDescription("List the collections.", tag: "collections")
          .gives(Schema.record([("collections", Schema.list(Schema.reference("Collection")))]))
      ) { [self] _, context in
        let reader = reader(for: context)
        let all = try home.catalog.collections().map { try reader.summary($0).json }
        return Response(json: .object([("collections", .array(all))]))
      },
      Endpoint(
        .get, "/api/v1/collections/{name}", scope: .query,
        EndpointDescription("Show a collection.", tag: "collections")
          .path("name", "Name of the collection.")
          .gives(Schema.reference("Collection"))
      ) { [self] _, context in
        let reader = reader(for: context)
        return Response(json: try reader.summary(try reader.record(try name(context))).json)
      },
      Endpoint(
        .delete, "/api/v1/collections/{name}", scope: .admin,
        EndpointDescription("Delete a collection with all it holds.", tag: "collections")
          .path("name", "Name of the collection.")
          .gives(Schema.record([("deleted", Schema.text)]))
      ) { [self] _, context in
        let name = try name(context)
        let home = home
        try await jobs.exclusively { try home.deleteCollection(name) }
        collections.forget(name)
        return Response(json: .object([("deleted", .string(name))]))
      },
    ]
  }

  func reader(for context: ServiceContext) -> CollectionReader {
    CollectionReader(home: home, view: view(of: context.caller))
  }

  private func name(_ context: ServiceContext) throws -> String {
    let name = try Request.decoded(context.parameters.get("name") ?? "")
    guard HomeFolder.isValidName(name) else {
      throw ServiceError(.collectionMissing, "'\(name.prefix(80))' cannot name a collection")
    }
    return name
  }
}
