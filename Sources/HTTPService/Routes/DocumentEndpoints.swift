import Catalog
import Hummingbird
import IndexStore

extension RagService {
  var documentEndpoints: [Endpoint] {
    let collection = ("collection", "Collection; the server's standard one where it is left out.")
    return [
      Endpoint(
        .post, "/api/v1/documents", scope: .ingest,
        EndpointDescription("Send documents; a job brings them into the collection.", tag: "documents")
          .header("Idempotency-Key", "Sent again with the same body, the answer is the same job.")
          .takes(Schema.reference("Upload"))
          .takes(
            Schema.object([
              ("collection", Schema.text), ("access", Schema.text), ("metadata", Schema.text),
              ("files", Schema.list(.object([("type", .string("string")), ("format", .string("binary"))]))),
            ]), as: "multipart/form-data"
          )
          .gives(Schema.reference("Accepted"), status: 202)
      ) { [self] request, context in try await upload(request, context) },
      Endpoint(
        .get, "/api/v1/documents", scope: .query,
        EndpointDescription("List documents by identity.", tag: "documents")
          .query(collection.0, Schema.text, collection.1)
          .query("limit", Schema.integer(from: 1, to: 1000), "Documents of a page; 100 where it is left out.")
          .query("after", Schema.text, "The `next` of the page before.")
          .gives(
            Schema.record([
              ("documents", Schema.list(Schema.reference("DocumentSummary"))),
              ("next", Schema.optional(Schema.text)),
            ]))
      ) { [self] request, context in
        let reader = reader(for: context)
        let limit = try request.integer("limit", in: 1...1000) ?? 100
        let page = try reader.documents(
          in: try reader.record(collectionName(request)), after: request.parameter("after") ?? "",
          limit: limit)
        return Response(
          json: .object([
            ("documents", .array(page.documents.map { .object($0.members) })), ("next", JSONValue(page.next)),
          ]))
      },
      Endpoint(
        .get, "/api/v1/documents/{id}", scope: .query, isOpenEnded: true,
        EndpointDescription("Show a document with its text.", tag: "documents")
          .path("id", "Identity of the document, percent-encoded.")
          .query(collection.0, Schema.text, collection.1)
          .gives(Schema.reference("Document"))
      ) { [self] request, context in
        try await part(request, context)
      },
      Endpoint(
        .get, "/api/v1/documents/{id}/chunks", scope: .query, isPartOfAnother: true,
        EndpointDescription("Show the chunks of a document.", tag: "documents")
          .path("id", "Identity of the document, percent-encoded.")
          .query(collection.0, Schema.text, collection.1)
          .gives(Schema.reference("Chunks"))
      ) { [self] request, context in
        try await part(request, context)
      },
      Endpoint(
        .delete, "/api/v1/documents/{id}", scope: .ingest, isOpenEnded: true,
        EndpointDescription("Delete a document: from then on nothing of it answers.", tag: "documents")
          .path("id", "Identity of the document, percent-encoded.")
          .query(collection.0, Schema.text, collection.1)
          .gives(
            Schema.record([
              ("deleted", Schema.text), ("collection", Schema.text), ("version", Schema.integer),
            ]))
      ) { [self] request, context in try await delete(request, context) },
    ]
  }

  func collectionName(_ request: Request) -> String {
    request.parameter("collection") ?? configuration.collection
  }

  /// Shows a document, or the part of it that the path asks for.
  func part(_ request: Request, _ context: ServiceContext) async throws -> Response {
    switch try DocumentPart(request) {
    case .chunks(let id): return try chunks(of: id, request, context)
    case .place(let id): return try place(of: id, request, context)
    case .pageImage(let id, let page): return try await pageImage(of: id, page: page, request, context)
    case .whole(let id):
      let reader = reader(for: context)
      let record = try reader.record(collectionName(request))
      let document = try reader.document(id, in: record)
      return Response(
        json: .object(
          document.members + [
            ("collection", .string(record.name)),
            ("text", .string(try reader.text(of: document, in: record))),
          ]))
    }
  }

  private func chunks(of id: String, _ request: Request, _ context: ServiceContext) throws -> Response {
    let reader = reader(for: context)
    let record = try reader.record(collectionName(request))
    let document = try reader.document(id, in: record)
    let chunks = try reader.chunks(of: document, in: record.name)
    let places = try reader.places(of: document)
    return Response(
      json: .object([
        ("document_id", .string(id)), ("collection", .string(record.name)),
        (
          "chunks",
          .array(
            chunks.map { content in
              let chunk = content.record.chunk
              let members: [(String, JSONValue)] = [
                ("chunk_id", .string(ChunkID(bytes: content.record.id).description)),
                ("start", .integer(chunk.range.lowerBound)), ("end", .integer(chunk.range.upperBound)),
                ("text", .string(content.text)), ("page", JSONValue(chunk.page)),
                ("heading", .string(chunk.headingPath.joined(separator: " › "))),
              ]
              let header = content.header.map { [("header", JSONValue.string($0))] } ?? []
              return .object(members + header + places.place(of: chunk.range).members(document.format))
            })
        ),
      ]))
  }

  private func delete(_ request: Request, _ context: ServiceContext) async throws -> Response {
    guard case .whole(let id) = try DocumentPart(request) else {
      var error = ServiceError(.methodNotAllowed, "the parts of a document go with it: delete that")
      error.allowed = ["GET", "HEAD", "OPTIONS"]
      throw error
    }
    let reader = reader(for: context)
    let record = try reader.record(collectionName(request))
    let document = try reader.document(id, in: record)
    let home = home
    let version = try await jobs.exclusively {
      try home.deleteDocument(document.id, from: record.name, threads: 1, holder: "rag serve")
    }
    guard let version else {
      throw ServiceError(
        .documentMissing, "there is no document '\(document.id)' in collection '\(record.name)'")
    }
    return Response(
      json: .object([
        ("deleted", .string(document.id)), ("collection", .string(record.name)),
        ("version", .integer(Int(version))),
      ]))
  }

  private func upload(_ request: Request, _ context: ServiceContext) async throws -> Response {
    guard !readiness.isDraining else {
      throw ServiceError(.notReady, "the server is about to end. Try again in a moment", retryAfter: 5)
    }
    let caller = context.caller
    let body = try await bodyReader.read(request)
    let type = request.headers[.contentType] ?? "application/json"
    var upload: Upload
    if type.lowercased().hasPrefix("multipart/form-data") {
      upload = try Upload(form: MultipartForm(body, contentType: type), standard: configuration.collection)
    } else if type.lowercased().hasPrefix("application/json") {
      upload = try Upload(RequestFields(json: body), standard: configuration.collection)
    } else {
      throw ServiceError(.unsupportedMediaType, "send application/json or multipart/form-data")
    }
    try upload.limit(to: caller)
    if try home.catalog.collection(named: upload.collection) == nil {
      guard HomeFolder.isValidName(upload.collection) else {
        throw ServiceError(
          .invalidRequest, "'\(upload.collection.prefix(80))' cannot name a collection",
          parameter: "collection")
      }
    }
    let job = try uploads.accept(
      upload, owner: caller.key, idempotencyKey: try idempotencyKey(request), hash: body, in: home.catalog)
    jobs.wake()
    var response = Response(
      status: .accepted,
      json: .object([
        ("job_id", .string(job.id)), ("state", .string(job.state.rawValue)),
        ("collection", .string(job.collection)),
        ("documents", .array(upload.documents.map { .string($0.id) })),
        ("url", .string("/api/v1/jobs/" + job.id)),
      ]))
    response.headers[.location] = "/api/v1/jobs/" + job.id
    return response
  }

  private func idempotencyKey(_ request: Request) throws -> String? {
    guard let key = request.headers[.idempotencyKey] else { return nil }
    guard (1...255).contains(key.utf8.count) else {
      throw ServiceError(.invalidRequest, "the Idempotency-Key must have 1 to 255 bytes")
    }
    return key
  }
}
