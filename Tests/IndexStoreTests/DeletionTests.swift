import Catalog
import Documents
import Foundation
import IndexStore
import Storage
import Synchronization
import TestSupport
import Testing

/// Documents go when that is meant, and only then.
@Suite struct DeletionTests {
  let fixture: IngestFixture

  init() throws { fixture = try IngestFixture() }

  private func notes(_ count: Int, in place: String) throws {
    for index in 0..<count { try fixture.write("\(place)/\(index).txt", "Note \(index) is about larches.") }
  }

  @Test func anEmptyRootDeletesNothing() async throws {
    try notes(3, in: "docs")
    try notes(6, in: "other")
    _ = try await fixture.ingest("docs", "other")
    for index in 0..<3 { try fixture.remove("docs/\(index).txt") }
    try fixture.remove("other/0.txt")
    // The other root goes on.
    let report = try await fixture.ingest("docs", "other")
    report.documents.expect(unchanged: 5, deleted: 1)
    #expect(report.refusals.map(\.root) == [fixture.folder("docs")])
    #expect(report.refusals.first?.missing == 3)
    #expect(report.refusals.first?.reason.contains("--prune") == true)
    #expect(try fixture.ids.count == 8)
    try await fixture.ingest("docs") { $0.prune = true }.documents.expect(deleted: 3)
    #expect(try fixture.ids.count == 5)
  }

  @Test(arguments: [
    (5, 0.5, 5, false), (6, 0.5, 5, true), (6, 0.7, 5, false), (4, 0.3, 5, false), (4, 0.3, 4, true),
  ])
  func moreThanAShareIsRefused(lost: Int, share: Double, count: Int, isRefused: Bool) async throws {
    try notes(10, in: "docs")
    _ = try await fixture.ingest("docs")
    for index in 0..<lost { try fixture.remove("docs/\(index).txt") }
    let report = try await fixture.ingest("docs") {
      $0.deletionLimits.share = share
      $0.deletionLimits.count = count
    }
    #expect(report.refusals.isEmpty == !isRefused)
    #expect(report.documents.deleted == (isRefused ? 0 : lost))
    #expect(try fixture.ids.count == (isRefused ? 10 : 10 - lost))
  }

  /// The folder itself is gone, as a mount point may be.
  @Test func aMissingRootIsNoDeletion() async throws {
    try notes(3, in: "docs")
    _ = try await fixture.ingest("docs")
    try fixture.move("docs", "away")
    let report = try await fixture.ingest("docs")
    #expect(report.refusals.count == 1 && report.documents.deleted == 0)
    try await fixture.ingest("docs") { $0.prune = true }.documents.expect(deleted: 3)
    let error = await #expect(throws: IndexStoreError.self) { try await fixture.ingest("never") }
    #expect(error?.code == .invalidArgument)
  }

  @Test func filesThatMovedAreNotLost() async throws {
    try notes(8, in: "docs/a")
    _ = try await fixture.ingest("docs")
    try fixture.move("docs/a", "docs/b")
    let report = try await fixture.ingest("docs")
    #expect(report.refusals.isEmpty)
    report.documents.expect(moved: 8)
  }

  /// Lists as the system does, but for the folders of this name.
  private func unlistable(_ name: String) -> FileAccess {
    FileAccess(
      list: { path throws(StorageError) in
        if path.name == DocumentPath(name) {
          throw StorageError(.io, path: path.text, "cannot list the folder: Input/output error", errno: 5)
        }
        return try Folder.list(path)
      }, read: FileAccess.system.read)
  }

  @Test(arguments: [nil, true])
  func whatCannotBeListedIsProtected(prune: Bool?) async throws {
    try notes(3, in: "docs/shut/deep")
    try notes(3, in: "docs/open")
    try notes(3, in: "docs/shut2")
    _ = try await fixture.ingest("docs")
    try fixture.remove("docs/open/0.txt")
    try fixture.remove("docs/shut/deep/0.txt")
    try fixture.remove("docs/shut2/1.txt")
    let report = try await fixture.ingest("docs") {
      $0.prune = prune
      $0.access = unlistable("shut")
    }
    // Elsewhere deletion goes on; what has a similar name is not protected by it.
    report.documents.expect(unchanged: 4, deleted: 2, failed: 1)
    #expect(report.failures.first?.path == fixture.folder("docs/shut"))
    #expect(try fixture.ids.count { $0.isWithin("docs/shut") } == 3)
    // Its failure is forgotten when it can be listed again.
    #expect(try fixture.home.catalog.failures(of: fixture.collection.id).count == 1)
    try await fixture.ingest("docs").documents.expect(unchanged: 6, deleted: 1)
    #expect(try fixture.home.catalog.failures(of: fixture.collection.id).isEmpty)
  }

  @Test func aFolderThatBecameAFileIsGone() async throws {
    try notes(2, in: "docs/a")
    try notes(4, in: "docs/b")
    _ = try await fixture.ingest("docs")
    try fixture.remove("docs/a")
    try fixture.write("docs/a", "Now a file about kilns.")
    try await fixture.ingest("docs").documents.expect(added: 1, unchanged: 4, deleted: 2)
    #expect(try fixture.found("kilns") == ["docs/a"])
  }

  private static let half = Array("%PDF-1.4\n1 0 obj << /Type /Catalog".utf8)

  @Test(
    arguments: [
      ("cut PDF", half), ("nothing", []), ("zeros", [UInt8](repeating: 0, count: 3000)),
      ("half a ZIP", [0x50, 0x4B, 3, 4, 20, 0, 8, 8]),
      ("text with a tail of zeros", Array("New text".utf8) + [UInt8](repeating: 0, count: 600)),
    ])
  func whatMayBeHalfWrittenKeepsTheOldVersion(name: String, bytes: [UInt8]) async throws {
    try fixture.write("docs/a.txt", "The kiln is hot.")
    try fixture.write("docs/b.txt", "Second.")
    _ = try await fixture.ingest("docs")
    try fixture.write("docs/a.txt", bytes)
    let report = try await fixture.ingest("docs")
    report.documents.expect(unchanged: 1, failed: 1, stale: 1)
    #expect(report.failures.first?.path == fixture.folder("docs/a.txt"))
    #expect(try fixture.found("kiln") == ["docs/a.txt"])
    let document = try fixture.home.catalog.document("docs/a.txt", collection: fixture.collection.id)
    #expect(document?.stale?.tries == 1)
    // Finished: the new version answers.
    try fixture.write("docs/a.txt", "The forge is hot.")
    try await fixture.ingest("docs").documents.expect(updated: 1, unchanged: 1)
    #expect(try fixture.found("kiln").isEmpty && fixture.found("forge").count == 1)
    #expect(try fixture.home.catalog.staleFiles(of: fixture.collection.id).isEmpty)
  }

  @Test func theOldVersionComesBackWithoutReading() async throws {
    try fixture.write("docs/notes", "The kiln is hot.")
    _ = try await fixture.ingest("docs")
    try fixture.write("docs/notes", Self.half)
    try await fixture.ingest("docs").documents.expect(failed: 1, stale: 1)
    try fixture.write("docs/notes", "The kiln is hot.")
    try await fixture.ingest("docs").documents.expect(unchanged: 1)
    #expect(try fixture.home.catalog.staleFiles(of: fixture.collection.id).isEmpty)
    #expect(fixture.embedder.count == 1)
  }

  @Test func patienceEnds() async throws {
    try fixture.write("docs/notes", "The kiln is hot.")
    try fixture.write("docs/b.txt", "Second.")
    _ = try await fixture.ingest("docs")
    try fixture.write("docs/notes", Self.half)
    for attempt in 1...3 {
      let report = try await fixture.ingest("docs") {
        $0.patience.tries = 3
        $0.patience.seconds = 0
      }
      report.documents.expect(unchanged: 1, failed: 1, stale: 1)
      #expect(report.failures.first?.reason.contains("try \(attempt) of 3") == true)
    }
    // Not within the first minutes, however often it is tried.
    try await fixture.ingest("docs") { $0.patience.tries = 3 }
      .documents.expect(unchanged: 1, failed: 1, stale: 1)
    // Bytes that change are still being written.
    try fixture.write("docs/notes", Self.half + [0x20])
    try await fixture.ingest("docs") {
      $0.patience.tries = 1
      $0.patience.seconds = 0
    }.documents.expect(unchanged: 1, failed: 1, stale: 1)
    try await fixture.ingest("docs") {
      $0.patience.tries = 1
      $0.patience.seconds = 0
    }.documents.expect(unchanged: 1, deleted: 1, failed: 1)
    #expect(try fixture.found("kiln").isEmpty)
    #expect(try fixture.home.catalog.failures(of: fixture.collection.id).count == 1)
  }

  @Test func pruneEndsPatience() async throws {
    try fixture.write("docs/notes", "The kiln is hot.")
    _ = try await fixture.ingest("docs")
    try fixture.write("docs/notes", Self.half)
    try await fixture.ingest("docs") { $0.prune = true }.documents.expect(deleted: 1, failed: 1)
    #expect(try fixture.found("kiln").isEmpty)
  }

  /// A complete file of another kind holds the old text no more.
  @Test(arguments: [
    ("binary", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 9, 0, 200, 201]), ("blank", Array("  \n \n".utf8)),
  ])
  func anotherKindOfFileDoesNotAnswer(name: String, bytes: [UInt8]) async throws {
    try fixture.write("docs/notes", "The kiln is hot at nine.")
    try fixture.write("docs/b.txt", "Second.")
    _ = try await fixture.ingest("docs")
    try fixture.write("docs/notes", bytes)
    let report = try await fixture.ingest("docs")
    #expect(report.documents.deleted == 1 && report.documents.stale == 0)
    #expect((report.failures.map(\.path) + report.skipped.map(\.path)) == [fixture.folder("docs/notes")])
    #expect(try fixture.found("kiln").isEmpty)
  }

  @Test func whatMayNotBeReadIsKept() async throws {
    try fixture.write("docs/a.txt", "The kiln is hot.")
    _ = try await fixture.ingest("docs")
    try fixture.write("docs/a.txt", "Something new.")
    let refused = FileAccess(
      list: FileAccess.system.list,
      read: { path, limit throws(StorageError) in
        if path.name == "a.txt" {
          throw StorageError(.io, path: path.text, "cannot open the file: Permission denied", errno: 13)
        }
        return try Folder.readFile(path, limit: limit)
      })
    let report = try await fixture.ingest("docs") { $0.access = refused }
    report.documents.expect(failed: 1, stale: 1)
    #expect(report.failures.first?.reason.contains("permission") == true)
    #expect(try fixture.found("kiln") == ["docs/a.txt"])
    try await fixture.ingest("docs").documents.expect(updated: 1)
    #expect(try fixture.found("kiln").isEmpty)
  }

  /// A file that goes away between the walk and the reading is not lost.
  @Test func whatGoesAwayWhileItIsReadIsKept() async throws {
    try fixture.write("docs/a.txt", "The kiln is hot.")
    _ = try await fixture.ingest("docs")
    try fixture.write("docs/a.txt", "Something new.")
    let vanishing = FileAccess(
      list: FileAccess.system.list,
      read: { path, _ throws(StorageError) in
        throw StorageError(.missing, path: path.text, "cannot open the file: it is missing", errno: 2)
      })
    try await fixture.ingest("docs") { $0.access = vanishing }.documents.expect(failed: 1)
    #expect(try fixture.found("kiln") == ["docs/a.txt"])
    try fixture.remove("docs/a.txt")
    try await fixture.ingest("docs") { $0.prune = true }.documents.expect(deleted: 1)
  }

  @Test func allThatWasNotTakenIsNamed() async throws {
    try fixture.write("docs/a.txt", "The kiln is hot.")
    try fixture.write("docs/tool", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 9, 0, 200, 201])
    try fixture.write("docs/draft.txt", "A draft.")
    try fixture.write("docs/.ragignore", "draft.*\nbuild/\n")
    try fixture.write("docs/build/x.txt", "Built.")
    for index in 0..<6 { try fixture.write("docs/many/.\(index)", "Hidden.") }
    #expect(mkfifo(fixture.folder("docs/pipe"), 0o644) == 0)
    let report = try await fixture.ingest("docs")
    report.documents.expect(added: 1, skipped: 1)
    var reasons: [String: String] = [:]
    for item in report.skipped {
      reasons[String(item.path.dropFirst(fixture.folder("docs/").count))] = item.reason
    }
    #expect(reasons.keys.sorted() == ["build", "draft.txt", "many", "pipe", "tool"])
    #expect(
      reasons["build"]?.contains(".ragignore") == true && reasons["draft.txt"]?.contains(".ragignore") == true
    )
    #expect(reasons["many"]?.hasPrefix("6 entries: hidden") == true)
    #expect(reasons["pipe"]?.contains("pipe") == true)
    let catalog = fixture.home.catalog
    #expect(try catalog.skipped(of: fixture.collection.id).count == 5)
    // What is not there any more is not named any more.
    try fixture.remove("docs/pipe")
    try fixture.remove("docs/many")
    _ = try await fixture.ingest("docs")
    #expect(
      try catalog.skipped(of: fixture.collection.id).map { DocumentPath($0.path).name } == [
        "build", "draft.txt", "tool",
      ])
  }
}
