import Catalog
import Documents
import Foundation
import TestSupport
import Testing

@Suite struct CatalogTests {
  let folder = TemporaryFolder()

  func open() throws -> Catalog { try Catalog(path: folder("catalog.sqlite"), createIfMissing: true) }

  func document(_ id: String, text: String, chunks: [Range<Int>]) -> CatalogChange.NewFile {
    let document = CatalogChange.NewDocument(
      record: DocumentRecord(
        id: id, uri: "/x/" + id, format: .markdown, title: "T", contentHash: Array(id.utf8),
        stamp: SourceStamp(inode: 1, bytes: 2, modified: 3, changed: 4), metadata: ["year": .number(2024)]),
      text: DocumentText(
        text: text, blocks: [Block(kind: .paragraph, range: 0..<text.utf8.count)]),
      chunks: chunks.enumerated().map { index, range in
        (
          id: chunkID(id, index), ordinal: UInt32(index),
          chunk: Chunk(index: index, range: range, page: 1, headingPath: ["A", "B"])
        )
      })
    return CatalogChange.NewFile(record: FileRecord(of: document.record), documents: [document])
  }

  func chunkID(_ document: String, _ index: Int) -> [UInt8] {
    Array((document + String(repeating: "-", count: 16)).utf8.prefix(15)) + [UInt8(index)]
  }

  func segment(_ number: Int, _ count: Int) -> SegmentRecord {
    SegmentRecord(number: number, chunkCount: count, manifest: "{}", stamps: "{}")
  }

  @Test func aCommitIsSeenWhole() throws {
    let catalog = try open()
    let collection = try catalog.createCollection(named: "main", configuration: "{}")
    var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
    change.newSegment = segment(1, 2)
    change.newFiles = [document("a.md", text: "Grüße aus Köln.", chunks: [0..<8, 8..<18])]
    #expect(try catalog.commit(change) == 1)

    let state = try #require(try catalog.state(ofCollection: "main"))
    #expect(state.collection.version == 1)
    #expect(state.collection.nextSegment == 2)
    #expect(state.segments.map(\.number) == [1])
    let contents = try catalog.chunkContents(
      [chunkID("a.md", 0), chunkID("a.md", 1), chunkID("none", 0)], generation: collection.servingGeneration)
    #expect(contents.count == 2)
    #expect(contents[chunkID("a.md", 0)]?.text == "Grüße ")
    #expect(contents[chunkID("a.md", 1)]?.text == "aus Köln.")
    #expect(contents[chunkID("a.md", 1)]?.record.chunk.headingPath == ["A", "B"])
    #expect(contents[chunkID("a.md", 1)]?.metadata == ["year": .number(2024)])
    let versions = try catalog.files(of: collection.id, source: nil)
    #expect(versions.map(\.stamp) == [SourceStamp(inode: 1, bytes: 2, modified: 3, changed: 4)])
  }

  @Test func aFailedCommitChangesNothing() throws {
    let catalog = try open()
    let collection = try catalog.createCollection(named: "main", configuration: "{}")
    var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
    change.newSegment = segment(1, 1)
    // The same identity twice breaks a constraint half-way.
    change.newFiles = [
      document("a.md", text: "one", chunks: [0..<3]), document("a.md", text: "two", chunks: [0..<3]),
    ]
    #expect(throws: CatalogError.self) { try catalog.commit(change) }
    let state = try #require(try catalog.state(ofCollection: "main"))
    #expect(state.collection.version == 0)
    #expect(state.segments.isEmpty)
    #expect(try catalog.documents(of: collection.id).isEmpty)
  }

  @Test func removedTextLeavesTheFile() throws {
    let catalog = try open()
    let collection = try catalog.createCollection(named: "main", configuration: "{}")
    var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
    change.newSegment = segment(1, 1)
    change.newFiles = [document("a.md", text: "xylophone-secret-text", chunks: [0..<21])]
    try catalog.commit(change)
    let row = try #require(try catalog.file("a.md", collection: collection.id)).row
    var removal = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
    removal.removedFiles = [row]
    try catalog.commit(removal)
    try catalog.purgeFreedBytes()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder(name)))
      #expect(data.range(of: Data("xylophone".utf8)) == nil, "\(name)")
    }
    #expect(try catalog.counts(ofCollection: collection.id).chunks == 0)
  }

  @Test func labelsOfSourcesAreDistinct() throws {
    let catalog = try open()
    let collection = try catalog.createCollection(named: "main", configuration: "{}")
    let first = try catalog.source(root: "/a/docs", preferredLabel: "docs", collection: collection.id)
    let second = try catalog.source(root: "/b/docs", preferredLabel: "docs", collection: collection.id)
    #expect(first.label == "docs")
    #expect(second.label == "docs~2")
    #expect(try catalog.source(root: "/a/docs", preferredLabel: "docs", collection: collection.id) == first)
  }

  @Test func errorsSayWhatToDo() throws {
    let missing = #expect(throws: CatalogError.self) {
      try Catalog(path: folder("none.sqlite"), createIfMissing: false)
    }
    #expect(missing?.code == .notFound)
    try Data("this is no database, but long enough to be looked at as one".utf8)
      .write(to: URL(fileURLWithPath: folder("bad.sqlite")))
    let damaged = #expect(throws: CatalogError.self) {
      try Catalog(path: folder("bad.sqlite"), createIfMissing: false)
    }
    #expect(damaged?.code == .corrupted)
    #expect(damaged?.message.contains(folder("bad.sqlite")) == true)
    let catalog = try open()
    _ = try catalog.createCollection(named: "main", configuration: "{}")
    let taken = #expect(throws: CatalogError.self) {
      try catalog.createCollection(named: "main", configuration: "{}")
    }
    #expect(taken?.code == .alreadyExists)
  }

  @Test func aCatalogFromTheFutureIsRefused() throws {
    do {
      _ = try open()
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version=99'); c.commit()",
      folder("catalog.sqlite"),
    ]
    try process.run()
    process.waitUntilExit()
    let error = #expect(throws: CatalogError.self) { try open() }
    #expect(error?.code == .wrongVersion)
  }

  @Test func vectorsAreCached() throws {
    let catalog = try open()
    let key = [UInt8](repeating: 7, count: 32)
    try catalog.cacheVectors([(key: key, vector: [1, -2.5, 3])])
    #expect(try catalog.cachedVectors([key, [UInt8](repeating: 8, count: 32)]) == [key: [1, -2.5, 3]])
    try catalog.clearEmbeddingCache()
    #expect(try catalog.cachedVectors([key]).isEmpty)
  }
}
