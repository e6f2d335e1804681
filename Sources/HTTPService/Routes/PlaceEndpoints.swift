import Catalog
import Documents
import Hummingbird
import IndexStore

/// Where text of a document stands in its source: in numbers, and as a picture of the page.
extension RagService {
  var placeEndpoints: [Endpoint] {
    let collection = ("collection", "Collection; the server's standard one where it is left out.")
    return [
      Endpoint(
        .get, "/api/v1/documents/{id}/place", scope: .query, isPartOfAnother: true,
        EndpointDescription(
          "Show where a part of a document's text stands in its source: bytes of the file, page, box, slide, sheet, row.",
          tag: "documents"
        )
        .path("id", "Identity of the document, percent-encoded.")
        .query("start", Schema.integer, "First byte of the part, in the UTF-8 of the document's text.")
        .query("end", Schema.integer, "Byte behind the part.")
        .query(collection.0, Schema.text, collection.1)
        .gives(Schema.reference("Place"))
      ) { [self] request, context in try await part(request, context) },
      Endpoint(
        .get, "/api/v1/documents/{id}/pages/{page}/image", scope: .query, isPartOfAnother: true,
        EndpointDescription(
          "Show a page of a PDF or an image as a picture, at most \(PagePictures.longSide) pixels long where it is "
            + "drawn. 409 where the file has changed since it was ingested, 410 where it is gone, 404 where there is "
            + "no such page or the file was sent and is not kept.", tag: "documents"
        )
        .path("id", "Identity of the document, percent-encoded.")
        .path("page", "Page, from 1.")
        .query(collection.0, Schema.text, collection.1)
        .gives(Self.binary, as: "image/png")
        .gives(Self.binary, as: "image/jpeg")
        .gives(Self.binary, as: "image/gif")
        .gives(Self.binary, as: "image/bmp")
        .gives(Self.binary, as: "image/webp")
      ) { [self] request, context in try await part(request, context) },
    ]
  }

  private static let binary = JSONValue.object([("type", .string("string")), ("format", .string("binary"))])

  func place(of id: String, _ request: Request, _ context: ServiceContext) throws -> Response {
    let reader = reader(for: context)
    let record = try reader.record(collectionName(request))
    let document = try reader.document(id, in: record)
    guard let start = try request.integer("start", in: 0...Int.max),
      let end = try request.integer("end", in: 0...Int.max)
    else {
      throw ServiceError(.invalidRequest, "'start' and 'end' are missing: bytes of the document's text")
    }
    let text = Array(try reader.text(of: document, in: record).utf8)
    func isBorder(_ offset: Int) -> Bool { offset == text.count || text[offset] & 0xC0 != 0x80 }
    guard start <= end, end <= text.count, isBorder(start), isBorder(end) else {
      throw ServiceError(
        .invalidRequest,
        "'start' and 'end' must be borders of characters in the \(text.count) bytes of the text, in this order",
        parameter: "end")
    }
    let place = try reader.places(of: document).place(of: start..<end)
    return Response(
      json: .object(
        [
          ("document_id", .string(document.id)), ("collection", .string(record.name)),
          ("start", .integer(start)),
          ("end", .integer(end)), ("text", .string(String(decoding: text[start..<end], as: UTF8.self))),
          ("page", JSONValue(place.page)),
        ] + place.members(document.format)))
  }

  func pageImage(
    of id: String, page: Int, _ request: Request, _ context: ServiceContext
  ) async throws -> Response {
    let reader = reader(for: context)
    let record = try reader.record(collectionName(request))
    let document = try reader.document(id, in: record)
    let tag = "\"" + PageImages.key(document, page: page) + "\""
    var headers: HTTPFields = [
      // The next look may be somebody else's, or the document deleted: whoever has it asks again.
      .cacheControl: "private, no-cache", .eTag: tag, .contentSecurityPolicy: "default-src 'none'; sandbox",
    ]
    if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
    let image = try await pageImages.image(
      of: document, page: page, deadline: configuration.deadline(after: nil))
    headers[.contentType] = image.type
    return Response(
      status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: image.bytes)))
  }
}
