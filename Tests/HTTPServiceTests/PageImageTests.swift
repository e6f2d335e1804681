import Crypto
import Documents
import Foundation
import HTTPService
import HTTPTypes
import TestSupport
import Testing

/// Pictures of the pages of documents.
@Suite struct PageImageTests {
  /// A PDF of pages of 200 by 100 points with a line of text each.
  static func pdf(_ lines: [String]) -> [UInt8] {
    var objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    let kids = lines.indices.map { "\(4 + 2 * $0) 0 R" }.joined(separator: " ")
    objects.append("<< /Type /Pages /Count \(lines.count) /Kids [\(kids)] >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for (index, line) in lines.enumerated() {
      let content = "BT /F1 12 Tf 20 50 Td (\(line)) Tj ET"
      objects.append(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents \(5 + 2 * index) 0 R "
          + "/Resources << /Font << /F1 3 0 R >> >> >>")
      objects.append("<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream")
    }
    var text = "%PDF-1.4\n"
    var offsets: [Int] = []
    for (index, object) in objects.enumerated() {
      offsets.append(text.utf8.count)
      text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
    }
    let start = text.utf8.count
    text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for offset in offsets {
      let digits = String(offset)
      text += String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
    }
    text += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
    return Array(text.utf8)
  }

  /// A server with a document of the collection read from `bytes` at `path`.
  private func server(
    _ bytes: [UInt8], at path: (TestServer) -> String, format: DocumentFormat = .pdf,
    metadata: [String: MetadataValue] = [:]
  ) async throws -> TestServer {
    let server = try await TestServer([])
    let collection = try SampleCollection(path: server.folder("home"))
    var document = collection.document("team/a.pdf", "Some text of the page.", metadata: metadata)
    document.record.uri = path(server)
    document.record.contentHash = Array(SHA256.hash(data: bytes))
    document.documents[0].record.uri = document.record.uri
    document.documents[0].record.format = format
    document.documents[0].record.contentHash = document.record.contentHash
    document.documents[0].text.places.pages = [DocumentPlaces.Page(start: 0, width: 200, height: 100)]
    if document.record.uri.hasPrefix("/") {
      try Data(bytes).write(to: URL(fileURLWithPath: document.record.uri))
    }
    try collection.commit([document], to: collection.writer())
    return server
  }

  private func image(_ page: Int) -> String { "/api/v1/documents/team/a.pdf/pages/\(page)/image" }

  @Test func aPageOfAPDFIsDrawn() async throws {
    let server = try await server(Self.pdf(["one", "two"]), at: { $0.folder("a.pdf") })
    for page in [1, 2] {
      let reply = try await server.get(image(page))
      #expect(reply.status == 200, "\(reply.body)")
      #expect(reply.headers[.contentType] == "image/png")
      #expect(reply.body.contains("PNG"))
      #expect(reply.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
      let again = try await server.send(
        .get, image(page), headers: [.ifNoneMatch: reply.headers[.eTag] ?? ""])
      #expect(again.status == 304)
    }
    #expect(try await server.get(image(1)).body != (try await server.get(image(2)).body))
    for page in [0, 3, -1, 99_999] {
      let reply = try await server.get(image(page))
      #expect(reply.status == 404, "page \(page): \(reply.body)")
      #expect(reply.code == "page_missing")
    }
    #expect(try await server.delete(image(1)).status == 405)
    #expect(try await server.get(image(1) + "?collection=none").code == "collection_missing")
  }

  /// What is shown is what was ingested, or nothing.
  @Test func aFileThatHasChangedIsNotShown() async throws {
    let bytes = Self.pdf(["one"])
    let server = try await server(bytes, at: { $0.folder("a.pdf") })
    let file = URL(fileURLWithPath: server.folder("a.pdf"))
    try Data(Self.pdf(["another"])).write(to: file)
    let changed = try await server.get(image(1))
    #expect(changed.status == 409)
    #expect(changed.code == "source_changed")
    try FileManager.default.removeItem(at: file)
    let gone = try await server.get(image(1))
    #expect(gone.status == 410)
    #expect(gone.code == "source_gone")
    // A link to another file in its stead.
    try Data("secret".utf8).write(to: URL(fileURLWithPath: server.folder("secret")))
    try FileManager.default.createSymbolicLink(
      atPath: server.folder("a.pdf"), withDestinationPath: server.folder("secret"))
    #expect(try await server.get(image(1)).status == 409)
    try FileManager.default.removeItem(at: file)
    try Data(bytes).write(to: file)
    #expect(try await server.get(image(1)).status == 200)
  }

  @Test func filesThatWereSentHaveNoPicture() async throws {
    let server = try await server(Self.pdf(["one"]), at: { _ in "upload:team/a.pdf" })
    let reply = try await server.get(image(1))
    #expect(reply.status == 404)
    #expect(reply.code == "page_missing")
    #expect(reply.text("message")?.contains("was sent") == true, "\(reply.body)")
  }

  @Test func whoMayNotSeeTheDocumentSeesNoPage() async throws {
    let server = try await server(
      Self.pdf(["one"]), at: { $0.folder("a.pdf") }, metadata: ["access": .list(["hr"])])
    let outsider = try server.key([.query], labels: ["public"]).key
    let insider = try server.key([.query], labels: ["hr"]).key
    #expect(try await server.get(image(1), key: insider).status == 200)
    // Also now that the picture is kept.
    let reply = try await server.get(image(1), key: outsider)
    #expect(reply.code == "document_missing")
    #expect(
      try await server.get("/api/v1/documents/team/a.pdf/place?start=0&end=4", key: outsider).status == 404)
    #expect(try await server.get(image(1)).status == 401)
  }

  @Test func anImageIsItsOwnPicture() async throws {
    // One grey pixel by another program.
    let png = try #require(
      Data(
        base64Encoded:
          "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="))
    let server = try await server(Array(png), at: { $0.folder("a.png") }, format: .image)
    let reply = try await server.get(image(1))
    #expect(reply.headers[.contentType] == "image/png", "\(reply.body)")
    #expect(reply.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
    #expect(try await server.get(image(2)).code == "page_missing")
    let script = try await self.server(
      Array("<svg onload='alert(1)'/>".utf8), at: { $0.folder("a.svg") }, format: .image)
    #expect(try await script.get(image(1)).code == "page_missing")
  }

  @Test func textHasNoPages() async throws {
    let server = try await TestServer()
    let reply = try await server.get("/api/v1/documents/handbook/drift.md/pages/1/image")
    #expect(reply.status == 404)
    #expect(reply.code == "page_missing")
  }

  @Test func aBrokenFileIsAnErrorAndNoPicture() async throws {
    let server = try await server(Array("%PDF-1.4\nnothing".utf8), at: { $0.folder("a.pdf") })
    let reply = try await server.get(image(1))
    #expect(reply.status == 503, "\(reply.body)")
    #expect(reply.code == "page_unavailable")
  }
}
