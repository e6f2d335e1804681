import Catalog
import Documents
import IndexStore
import Storage
import TestSupport
import Testing

/// One real file has one identity, whatever its name's bytes and whichever way it was reached.
@Suite struct IdentityTests {
  let fixture: IngestFixture

  init() throws { fixture = try IngestFixture() }

  @Test func namesThatAreCanonicallyEqualAreTwo() async throws {
    try fixture.write("docs/caf\u{E9}.txt", "The composed menu has soup.")
    try fixture.write("docs/cafe\u{301}.txt", "The decomposed menu has bread.")
    #expect(try await fixture.ingest("docs").documents.added == 2)
    let again = try await fixture.ingest("docs")
    #expect(again.documents.unchanged == 2 && again.documents.deleted == 0)
    #expect(try fixture.found("soup") == [DocumentPath("docs/caf\u{E9}.txt")])
    #expect(try fixture.found("bread") == [DocumentPath("docs/cafe\u{301}.txt")])
    // A filter lets through the one that it names.
    for name in ["docs/caf\u{E9}.txt", "docs/cafe\u{301}.txt"] {
      let filter = FilterExpression.compare(field: "document_id", .eq, .string(name))
      #expect(try fixture.found("menu", filter: filter) == [DocumentPath(name)])
    }
    try fixture.remove("docs/cafe\u{301}.txt")
    #expect(try await fixture.ingest("docs").documents.deleted == 1)
    #expect(try fixture.ids == [DocumentPath("docs/caf\u{E9}.txt")])
    #expect(try fixture.problems().isEmpty)
  }

  @Test func namesThatAreNotUTF8AreRead() async throws {
    try fixture.write("docs/a.txt", "A plain name.")
    try fixture.write(named: [0x66, 0xFF, 0x2E, 0x74, 0x78, 0x74], in: "docs", "A broken name of larches.")
    try fixture.write(named: Array("f\\xFF.txt".utf8), in: "docs", "A name that looks escaped, of beeches.")
    #expect(try await fixture.ingest("docs").documents.added == 3)
    #expect(try await fixture.ingest("docs").documents.unchanged == 3)
    #expect(try fixture.found("larches") == ["docs/f\\xFF.txt"])
    #expect(try fixture.found("beeches") == ["docs/f\\x5CxFF.txt"])
    try fixture.write(named: [0x66, 0xFF, 0x2E, 0x74, 0x78, 0x74], in: "docs", "A broken name of firs.")
    #expect(try await fixture.ingest("docs").documents.updated == 1)
    #expect(try fixture.found("firs") == ["docs/f\\xFF.txt"])
    #expect(try fixture.found("larches").isEmpty)
    // As it is shown it can be given.
    #expect(try await fixture.ingest("docs/f\\xFF.txt").documents.unchanged == 1)
  }

  @Test func foldersWithOtherNamesThanASCIIResolve() async throws {
    try fixture.write("müller/axe/a.txt", "An axe is sharp.")
    try fixture.write("müller/gold.txt", "The board sells the plant.")
    #expect(try await fixture.ingest("müller/gold.txt").documents.added == 1)
    #expect(try fixture.ids == ["müller/gold.txt"])
    #expect(try await fixture.ingest("müller").documents.added == 1)
    try fixture.write("müller/axe/a.txt", "An axe is for felling larches.")
    #expect(try await fixture.ingest("müller/axe").documents.updated == 1)
    #expect(try fixture.ids == ["müller/axe/a.txt", "müller/gold.txt"])
  }

  /// File, then its folder, then the folder above: the documents move into the wider root, and nothing is embedded again.
  @Test func overlappingRootsJoin() async throws {
    try fixture.write("d/sub/k.txt", "The kiln is hot at nine.")
    for index in 0..<4 { try fixture.write("d/\(index).txt", "Note \(index) is about larches.") }
    try await fixture.ingest("d/sub/k.txt").documents.expect(added: 1)
    #expect(try fixture.ids == ["sub/k.txt"])
    try await fixture.ingest("d/sub").documents.expect(unchanged: 1)
    #expect(fixture.embedder.count == 1)
    let joined = try await fixture.ingest("d")
    joined.documents.expect(added: 4, unchanged: 1)
    #expect(joined.notes.map(\.path) == [fixture.folder("d/sub")])
    #expect(fixture.embedder.count == 5)
    #expect(try fixture.ids == ["d/0.txt", "d/1.txt", "d/2.txt", "d/3.txt", "d/sub/k.txt"])
    #expect(try fixture.found("kiln") == ["d/sub/k.txt"])
    for (field, value) in [("folder", "d/sub"), ("document_id", "d/sub/k.txt"), ("folder", "d")] {
      #expect(
        try fixture.found("kiln", filter: .compare(field: field, .eq, .string(value))) == ["d/sub/k.txt"])
    }
    #expect(try fixture.found("kiln", filter: .compare(field: "folder", .eq, .string("sub"))).isEmpty)
    #expect(try fixture.home.sources(of: "main").map(\.source.label) == ["d"])
    #expect(try fixture.problems().isEmpty)
    // The old way in leads to the same document.
    try await fixture.ingest("d/sub/k.txt").documents.expect(unchanged: 1)
    try await fixture.ingest("d/sub").documents.expect(unchanged: 1)
    try fixture.remove("d/sub/k.txt")
    try await fixture.ingest("d").documents.expect(unchanged: 4, deleted: 1)
    #expect(try fixture.found("kiln").isEmpty)
  }

  @Test func aRootWhoseLabelIsThatOfTheInnerOneJoinsToo() async throws {
    try fixture.write("d/d/x.txt", "One larch.")
    try fixture.write("d/d/d/x.txt", "One larch.")
    try fixture.write("d/x.txt", "One larch.")
    try await fixture.ingest("d/d").documents.expect(added: 2)
    try await fixture.ingest("d").documents.expect(added: 1, unchanged: 2)
    #expect(fixture.embedder.count == 3)
    #expect(try fixture.found("larch").count == 3)
    #expect(Set(try fixture.home.catalog.documents(of: fixture.collection.id).map(\.uri)).count == 3)
    #expect(try fixture.problems().isEmpty)
  }

  @Test func bothRootsAtOnceAreOne() async throws {
    try fixture.write("d/sub/k.txt", "The kiln.")
    try fixture.write("d/a.txt", "The lamp.")
    try await fixture.ingest("d/sub", "d", "d/sub/k.txt", "d").documents.expect(added: 2)
    #expect(try fixture.ids == ["d/a.txt", "d/sub/k.txt"])
  }

  @Test func linksLeadToTheRealFile() async throws {
    try fixture.write("real/a.txt", "The kiln is hot.")
    try fixture.write("real/.hidden/b.txt", "The forge is hidden.")
    try fixture.write("outside.txt", "The mill is outside.")
    try fixture.link("link", to: "real")
    try fixture.link("real/again.txt", to: "a.txt")
    try fixture.link("real/shown.txt", to: ".hidden/b.txt")
    try fixture.link("real/shown2.txt", to: ".hidden/b.txt")
    try fixture.link("real/out.txt", to: "../outside.txt")
    try fixture.link("real/nowhere.txt", to: "missing.txt")
    try fixture.link("real/loop", to: ".")
    let report = try await fixture.ingest("link")
    report.documents.expect(added: 2)
    #expect(try fixture.ids == ["real/a.txt", "real/shown.txt"])
    try await fixture.ingest("real").documents.expect(unchanged: 2)
    let named = Dictionary(
      report.skipped.map { (DocumentPath($0.path).name.text, $0.reason) }
    ) { "\($0); \($1)" }
    #expect(named["again.txt"]?.contains("taken by its own name") == true)
    #expect(named["shown2.txt"]?.contains("taken by its own name") == true)
    #expect(named["out.txt"]?.contains("leads out") == true)
    #expect(named["nowhere.txt"]?.contains("nowhere") == true)
    #expect(named["loop"]?.contains("folder") == true)
    #expect(named[".hidden"]?.contains("hidden") == true)
  }

  @Test func movedFilesKeepTheirVectors() async throws {
    for index in 0..<6 { try fixture.write("docs/a/\(index).txt", "Note \(index) is about larches.") }
    try fixture.write("docs/same1.txt", "Twice the same.")
    try fixture.write("docs/same2.txt", "Twice the same.")
    try await fixture.ingest("docs").documents.expect(added: 8)
    let before = fixture.embedder.count
    try fixture.move("docs/a", "docs/b/deep")
    try fixture.move("docs/same2.txt", "docs/same3.txt")
    try await fixture.ingest("docs").documents.expect(unchanged: 1, moved: 7)
    #expect(fixture.embedder.count == before)
    #expect(try fixture.found("larches").count == 6)
    #expect(
      try fixture.found("larches", filter: .compare(field: "folder", .eq, .string("docs/b"))).count == 6)
    #expect(try fixture.found("twice") == ["docs/same1.txt", "docs/same3.txt"])
    #expect(try fixture.problems().isEmpty)
    // The same contents at the old place again are a copy.
    try fixture.write("docs/a/0.txt", "Note 0 is about larches.")
    try await fixture.ingest("docs").documents.expect(added: 1, unchanged: 8)
    #expect(try fixture.found("larches").count == 7)
  }

  /// A root that was moved as a whole is known by its contents.
  @Test func aMovedRootKeepsItsVectors() async throws {
    for index in 0..<6 { try fixture.write("old/\(index).txt", "Note \(index) is about larches.") }
    try await fixture.ingest("old").documents.expect(added: 6)
    try fixture.move("old", "new")
    try fixture.write("new/more.txt", "One more.")
    try await fixture.ingest("new").documents.expect(added: 1, moved: 6)
    #expect(fixture.embedder.count == 7)
    #expect(try fixture.found("larches").allSatisfy { $0.isWithin("new") })
    #expect(try fixture.problems().isEmpty)
  }

  @Test func aSourceIsMovedAndForgotten() async throws {
    try fixture.write("old/a.txt", "The kiln.")
    try fixture.write("other/b.txt", "The lamp.")
    try await fixture.ingest("old", "other").documents.expect(added: 2)
    try fixture.move("old", "place/new")
    let moved = try fixture.home.moveSource("old", to: fixture.folder("place/new"), of: "main", threads: 1)
    #expect(moved.label == "old" && moved.root == fixture.folder("place/new"))
    try await fixture.ingest("place/new").documents.expect(unchanged: 1)
    #expect(fixture.embedder.count == 2)
    #expect(try fixture.ids == ["old/a.txt", "other/b.txt"])
    #expect(
      try fixture.home.catalog.document("old/a.txt", collection: fixture.collection.id)?.uri
        == fixture.folder("place/new/a.txt"))
    #expect(throws: IndexStoreError.self) {
      try fixture.home.moveSource("old", to: fixture.folder("other"), of: "main", threads: 1)
    }
    #expect(try fixture.home.forgetSource("other", of: "main", threads: 1) == 1)
    #expect(try fixture.found("lamp").isEmpty)
    #expect(try fixture.home.sources(of: "main").map(\.source.label) == ["old"])
    let error = #expect(throws: IndexStoreError.self) {
      try fixture.home.forgetSource("nothing", of: "main", threads: 1)
    }
    #expect(error?.message.contains("There are: old") == true)
  }

  @Test func whatWasDeletedByHandStaysDeletedWhenRootsJoin() async throws {
    try fixture.write("d/sub/k.txt", "The kiln.")
    try fixture.write("d/sub/l.txt", "The lamp.")
    _ = try await fixture.ingest("d/sub")
    _ = try fixture.home.deleteDocument("sub/k.txt", from: "main", threads: 1, holder: "test")
    try await fixture.ingest("d").documents.expect(unchanged: 1, skipped: 1)
    #expect(try fixture.ids == ["d/sub/l.txt"])
  }
}

extension IngestReport.Counts {
  /// Expects these counts, and 0 for all that are not given.
  func expect(
    added: Int = 0, updated: Int = 0, unchanged: Int = 0, deleted: Int = 0, failed: Int = 0, skipped: Int = 0,
    moved: Int = 0, stale: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var expected = IngestReport.Counts()
    expected.added = added
    expected.updated = updated
    expected.unchanged = unchanged
    expected.deleted = deleted
    expected.failed = failed
    expected.skipped = skipped
    expected.moved = moved
    expected.stale = stale
    #expect(self == expected, sourceLocation: sourceLocation)
  }
}
