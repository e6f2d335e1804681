import Catalog
import Documents
import IndexStore
import Storage
import TestSupport
import Testing

/// Files inside files are documents of their own. A small format stands for mails and mailboxes: a file that begins with
/// `BOX` holds a line `name|text` for each file inside (`^` begins a new line there); what is before the first one is its
/// own text.
@Suite struct AttachmentTests {
  let fixture: IngestFixture

  init() throws { fixture = try IngestFixture() }

  private static let access = FileAccess(
    list: FileAccess.system.list, read: FileAccess.system.read,
    parse: { file, format, limits throws(DocumentError) in
      let text = String(decoding: file.bytes, as: UTF8.self)
      guard text.hasPrefix("BOX\n") else { return try readDocument(file, format: format, limits: limits) }
      var own = ""
      var inside: [SourceFile] = []
      for line in text.dropFirst(4).split(separator: "\n") {
        if let bar = line.firstIndex(of: "|") {
          let content = line[line.index(after: bar)...].map { $0 == "^" ? "\n" : String($0) }.joined()
          inside.append(SourceFile(name: String(line[..<bar]), bytes: Array(content.utf8)))
        } else {
          own += line
        }
      }
      return ParsedDocument(
        format: .email, text: own,
        blocks: own.isEmpty ? [] : [Block(kind: .paragraph, range: 0..<own.utf8.count)],
        metadata: own.contains("secret") ? ["access": .string("hr")] : [:],
        notes: [ReadingNote("a box")], attachments: inside)
    })

  private func ingest(_ change: (inout IngestOptions) -> Void = { _ in }) async throws -> IngestReport {
    try await fixture.ingest("docs") {
      $0.access = Self.access
      change(&$0)
    }
  }

  @Test func attachmentsComeAndGoWithTheirParent() async throws {
    try fixture.write(
      "docs/m.eml",
      "BOX\nThe offer about kilns.\na.txt|Price of kilns: nine.\na.txt|Kilns again.\nx/y.txt|The plan.")
    try fixture.write("docs/other.txt", "Something else.")
    let report = try await ingest()
    report.documents.expect(added: 2)
    #expect(
      try fixture.ids == [
        "docs/m.eml", "docs/m.eml/a.txt", "docs/m.eml/a~2.txt", "docs/m.eml/x_y.txt", "docs/other.txt",
      ])
    #expect(report.notes == [NoteRecord(path: fixture.folder("docs/m.eml"), note: "a box")])
    #expect(try fixture.found("kilns").count == 3)
    let child = try #require(
      try fixture.home.catalog.document("docs/m.eml/a.txt", collection: fixture.collection.id))
    #expect(child.parent == "docs/m.eml" && child.uri == fixture.folder("docs/m.eml#a.txt"))
    let count = fixture.embedder.count
    try await ingest().documents.expect(unchanged: 2)
    #expect(fixture.embedder.count == count)
    // Replaced when the parent changes.
    try fixture.write("docs/m.eml", "BOX\nThe offer about kilns.\nb.txt|Price of kilns: ten.")
    try await ingest().documents.expect(updated: 1, unchanged: 1)
    #expect(try fixture.ids == ["docs/m.eml", "docs/m.eml/b.txt", "docs/other.txt"])
    // Moved with it.
    try fixture.move("docs/m.eml", "docs/in/m.eml")
    let before = fixture.embedder.count
    try await ingest().documents.expect(unchanged: 1, moved: 1)
    #expect(fixture.embedder.count == before)
    #expect(try fixture.ids == ["docs/in/m.eml", "docs/in/m.eml/b.txt", "docs/other.txt"])
    #expect(
      try fixture.found("ten", filter: .compare(field: "folder", .eq, .string("docs/in/m.eml"))).count == 1)
    #expect(
      try fixture.home.catalog.notes(of: fixture.collection.id).map(\.path) == [
        fixture.folder("docs/in/m.eml")
      ])
    try fixture.remove("docs/in/m.eml")
    try await ingest().documents.expect(unchanged: 1, deleted: 1)
    #expect(try fixture.ids == ["docs/other.txt"])
    #expect(try fixture.home.catalog.notes(of: fixture.collection.id).isEmpty)
    #expect(try fixture.problems().isEmpty)
  }

  /// A mailbox has no text of its own, and is no document; that it is unchanged is known all the same.
  @Test func aContainerIsNoDocument() async throws {
    try fixture.write("docs/m.mbox", "BOX\nFirst.txt|The ferry sails.\nSecond.txt|The ferry is cancelled.")
    try await ingest { $0.patience.seconds = 0 }.documents.expect(added: 1)
    #expect(try fixture.ids == ["docs/m.mbox/First.txt", "docs/m.mbox/Second.txt"])
    try await ingest().documents.expect(unchanged: 1)
    #expect(fixture.embedder.count == 2)
    // Its mails stay while it is half written.
    try fixture.write("docs/m.mbox", "")
    try await ingest().documents.expect(failed: 1, stale: 1)
    #expect(try fixture.home.catalog.documents(of: fixture.collection.id).allSatisfy { $0.stale != nil })
    #expect(try fixture.found("ferry").count == 2)
    try await ingest { $0.prune = true }.documents.expect(deleted: 1, failed: 1)
    #expect(try fixture.ids.isEmpty)
  }

  @Test func whatCannotBeReadInsideIsANote() async throws {
    try fixture.write("docs/m.eml", "BOX\nThe offer.\nempty.txt|\nblank.txt| \nfine.txt|Fine.")
    let report = try await ingest()
    report.documents.expect(added: 1)
    #expect(try fixture.ids == ["docs/m.eml", "docs/m.eml/fine.txt"])
    #expect(report.notes.count == 3)
    #expect(report.notes.contains { $0.note.contains("'blank.txt' inside was not read") })
  }

  @Test func nestingAndCountAreLimited() async throws {
    let endless = FileAccess(
      list: FileAccess.system.list, read: FileAccess.system.read,
      parse: { file, _, _ throws(DocumentError) in
        ParsedDocument(
          format: .email, text: "Level.", blocks: [Block(kind: .paragraph, range: 0..<6)],
          attachments: [SourceFile(name: "in.eml", bytes: file.bytes + [0x2E])])
      })
    try fixture.write("docs/m.eml", "Start")
    let report = try await fixture.ingest("docs") { $0.access = endless }
    #expect(try fixture.ids.count == 9)
    #expect(report.notes.last?.note.contains("nested too deeply") == true)
    try fixture.write(
      "docs/n.eml", "BOX\n" + (0..<20).map { "f\($0).txt|Text \($0)." }.joined(separator: "\n"))
    try fixture.remove("docs/m.eml")
    let many = try await ingest {
      $0.limits.containerEntries = 5
      $0.prune = true
    }
    #expect(try fixture.ids.count == 5)
    #expect(many.notes.last?.note.contains("15 files inside were not read") == true)
  }

  @Test func accessIsInherited() async throws {
    try fixture.write("docs/m.eml", "BOX\nThis is secret.\nb.txt|Kiln price.")
    _ = try await ingest()
    let child = try #require(
      try fixture.home.catalog.document("docs/m.eml/b.txt", collection: fixture.collection.id))
    #expect(child.metadata["access"] == .string("hr"))
    #expect(
      !AccessView(labels: [], rules: []).allows(child) && AccessView(labels: ["hr"], rules: []).allows(child))
  }

  @Test func aChildThatWasDeletedStaysAway() async throws {
    try fixture.write("docs/m.mbox", "BOX\na.txt|The ferry sails.\nb.txt|The ferry is late.")
    _ = try await ingest()
    #expect(
      try fixture.home.deleteDocument("docs/m.mbox/a.txt", from: "main", threads: 1, holder: "test") != nil)
    #expect(try fixture.ids == ["docs/m.mbox/b.txt"])
    try fixture.write("docs/m.mbox", "BOX\na.txt|The ferry sails.\nb.txt|The ferry is late.\nc.txt|No ferry.")
    let report = try await ingest()
    report.documents.expect(updated: 1)
    #expect(try fixture.ids == ["docs/m.mbox/b.txt", "docs/m.mbox/c.txt"])
    #expect(report.notes.contains { $0.note.contains("deleted by its identity") })
    // The mailbox by its own identity, with all its mails.
    #expect(try fixture.home.deleteDocument("docs/m.mbox", from: "main", threads: 1, holder: "test") != nil)
    #expect(try fixture.ids.isEmpty)
    try await ingest().documents.expect(skipped: 1)
    try await ingest { $0.bringsBackDeleted = true }.documents.expect(added: 1)
  }

  @Test func uploadsHaveTheirAttachments() async throws {
    // An upload of a folder's id, and of an attachment's, is refused.
    try fixture.write("docs/m.eml", "BOX\nThe offer.\na.txt|Price.")
    _ = try await ingest()
    try fixture.write("sent", "Sent text.")
    func upload(_ id: String) -> UploadedDocument {
      UploadedDocument(
        id: id, name: "x.txt", path: fixture.folder("sent"), metadata: ["access": .list(["hr"])])
    }
    let report = try await fixture.upload([upload("docs/m.eml"), upload("docs/m.eml/a.txt"), upload("free")])
    report.documents.expect(added: 1, failed: 2)
    #expect(report.failures.map(\.path) == ["docs/m.eml", "docs/m.eml/a.txt"])
    try await fixture.upload([upload("free")]).documents.expect(unchanged: 1)
    // What was sent arrived whole: nothing is waited for.
    try fixture.write("sent", [])
    try await fixture.upload([upload("free")]).documents.expect(deleted: 1, failed: 1)
    try fixture.write("sent", "Sent text.")
    try await fixture.upload([upload("free")]).documents.expect(added: 1)
    // A file of a folder does not replace an upload.
    _ = try await fixture.upload([upload("docs/new.txt")])
    try fixture.write("docs/new.txt", "From the folder.")
    let clash = try await ingest()
    #expect(clash.documents.failed == 1 && clash.failures.first?.reason.contains("docs/new.txt") == true)
    #expect(try fixture.found("sent").count == 2)
  }
}
