import Catalog
import Documents
import Embeddings
import IndexStore
import Kernels
import LexicalIndex
import Storage
import TestSupport
import Testing

@Suite struct CollectionWriterTests {
  let folder = TemporaryFolder()

  /// Documents that answer to `word`, by identity.
  func found(_ word: String, in snapshot: CollectionSnapshot) throws -> [String] {
    let terms = QueryTerm.terms(of: word, analyzer: try snapshot.analyzer())
    let statistics = snapshot.statistics(for: terms)
    var ids: [ChunkID] = []
    for (segment, allowed) in zip(snapshot.segments, try snapshot.allowed(by: nil)) {
      ids += segment.reader.lexicalSearch(terms, k: 1000, statistics: statistics, allowed: allowed)
        .map { segment.reader.chunkID($0.ordinal) }
    }
    return try snapshot.contents(of: ids).values.map(\.documentID).sorted()
  }

  @Test func commitsAreSeenByReadersThatWereOpen() throws {
    let sample = try SampleCollection(path: folder("home"))
    // A second home on the same folder stands for another process.
    let other = try DocumentCollection("main", in: HomeFolder(path: folder("home"), createIfMissing: false))
    let before = try other.snapshot()
    #expect(before.liveChunkCount == 0)
    do {
      let writer = try sample.writer()
      try sample.commit([sample.document("a", "alpha beta"), sample.document("b", "beta gamma")], to: writer)
      #expect(try found("beta", in: other.snapshot()) == ["a", "b"])
      try writer.remove(files: [try #require(try sample.row("a"))])
      #expect(try found("beta", in: other.snapshot()) == ["b"])
      #expect(try found("alpha", in: other.snapshot()) == [])
      let changed = sample.document("b", "delta", replaces: try sample.row("b"))
      try sample.commit([changed], to: writer)
      #expect(try found("beta", in: other.snapshot()) == [])
      #expect(try found("delta", in: other.snapshot()) == ["b"])
    }
    // The old snapshot still stands, but what was deleted has no content any more.
    #expect(before.liveChunkCount == 0)
    #expect(try Doctor(home: sample.home).examine().problems.isEmpty)
  }

  @Test func thereIsOneWriter() throws {
    let sample = try SampleCollection(path: folder("home"))
    let first = try sample.writer()
    let error = #expect(throws: IndexStoreError.self) { try sample.writer() }
    #expect(error?.code == .locked)
    #expect(error?.message.contains("test (process") == true)
    withExtendedLifetime(first) {}
  }

  private struct Stop: Error {}

  @Test(arguments: CommitStep.allCases)
  func stoppedBetweenTheStepsOfACommit(step: CommitStep) throws {
    let sample = try SampleCollection(path: folder("home"))
    do {
      let writer = try sample.writer()
      try sample.commit([sample.document("a", "alpha"), sample.document("b", "beta")], to: writer)
    }
    let row = try #require(try sample.row("a"))
    do {
      let writer = try sample.writer { reached in if reached == step { throw Stop() } }
      let replacement = sample.document("a", "omega", replaces: row)
      #expect(throws: IndexStoreError.self) { try sample.commit([replacement], to: writer) }
    }
    // Reopened after the crash: the old state or the new one, and nothing in between.
    let collection = try DocumentCollection(
      "main", in: HomeFolder(path: folder("home"), createIfMissing: false))
    let isCommitted = step == .committed
    #expect(try found("alpha", in: collection.snapshot()) == (isCommitted ? [] : ["a"]))
    #expect(try found("omega", in: collection.snapshot()) == (isCommitted ? ["a"] : []))
    let report = try Doctor(home: sample.home).examine()
    #expect(report.problems.isEmpty)
    if step == .segmentBuilt || step == .segmentInPlace { #expect(!report.removed.isEmpty) }
    // And the same commit goes through afterwards, if it had not.
    if !isCommitted {
      let writer = try sample.writer()
      try sample.commit([sample.document("a", "omega", replaces: row)], to: writer)
      #expect(try found("omega", in: collection.snapshot()) == ["a"])
    }
    #expect(try Folder.entries(folder("home/main/building")).isEmpty)
  }

  /// A move is one commit: the old identity or the new one, with the same vectors, and nothing in between.
  @Test(arguments: CommitStep.allCases)
  func stoppedBetweenTheStepsOfAMove(step: CommitStep) throws {
    let sample = try SampleCollection(path: folder("home"))
    do {
      let writer = try sample.writer()
      try sample.commit([sample.document("a", "alpha"), sample.document("b", "beta")], to: writer)
    }
    let collection = try #require(try sample.home.catalog.collection(named: "main"))
    let file = try #require(try sample.home.catalog.file("a", collection: collection.id))
    let source = try sample.home.catalog.source(
      root: "/new", preferredLabel: "new", collection: collection.id)
    let move = FileMove(file: file, id: "new/a", uri: "/new/a", source: source.id, stamp: nil)
    do {
      let writer = try sample.writer { reached in if reached == step { throw Stop() } }
      #expect(throws: IndexStoreError.self) { try writer.move([move]) }
    }
    let opened = try DocumentCollection("main", in: HomeFolder(path: folder("home"), createIfMissing: false))
    let isCommitted = step == .committed
    #expect(try found("alpha", in: opened.snapshot()) == [isCommitted ? "new/a" : "a"])
    #expect(try Doctor(home: sample.home).examine().problems.isEmpty)
    if !isCommitted { try sample.writer().move([move]) }
    let snapshot = try opened.snapshot()
    #expect(try found("alpha", in: snapshot) == ["new/a"] && found("beta", in: snapshot) == ["b"])
    let vector = sample.embedder.vector("alpha")
    let scores = snapshot.segments.flatMap { segment in
      segment.reader.denseScores(
        vector,
        ordinals: (0..<Ordinal(segment.reader.chunkCount)).filter { segment.live?.contains($0) ?? true })
    }
    #expect(scores.contains { abs($0 - 1) < 1e-5 })
    #expect(try Doctor(home: sample.home).examine().problems.isEmpty)
  }

  @Test func mergesKeepEverythingThatLives() throws {
    let sample = try SampleCollection(path: folder("home"))
    var policy = MergePolicy()
    policy.factor = 3
    policy.floor = 4
    let writer = try sample.writer(policy: policy)
    var expected: Set<String> = []
    for batch in 0..<14 {
      let documents = (0..<5).map { sample.document("d\(batch)-\($0)", "common word\(batch) item\($0)") }
      try sample.commit(documents, to: writer)
      expected.formUnion(documents.map(\.record.id))
      if batch % 3 == 2 {
        try writer.remove(files: [try #require(try sample.row("d\(batch)-1"))])
        expected.remove("d\(batch)-1")
      }
      try writer.mergeWhereDue()
      #expect(writer.segmentCount < 9)
      let snapshot = try DocumentCollection("main", in: sample.home).snapshot()
      #expect(Set(try found("common", in: snapshot)) == expected)
      #expect(snapshot.liveChunkCount == expected.count)
    }
    try writer.compact()
    #expect(writer.segmentCount == 1)
    #expect(Set(try found("common", in: DocumentCollection("main", in: sample.home).snapshot())) == expected)
  }

  @Test func anEmptiedCollectionIsEmpty() throws {
    let sample = try SampleCollection(path: folder("home"))
    let writer = try sample.writer()
    try sample.commit([sample.document("a", "alpha")], to: writer)
    try writer.remove(files: [try #require(try sample.row("a"))])
    try writer.compact()
    #expect(writer.segmentCount == 0)
    #expect(try DocumentCollection("main", in: sample.home).snapshot().liveChunkCount == 0)
    try sample.commit([sample.document("a", "alpha")], to: writer)
    #expect(try found("alpha", in: DocumentCollection("main", in: sample.home).snapshot()) == ["a"])
  }

  @Test(arguments: ["", "a/b", ".hidden", "..", "ä", String(repeating: "x", count: 65), "catalog.sqlite"])
  func badNamesAreRefused(name: String) throws {
    let home = try HomeFolder(path: folder("home"), createIfMissing: true)
    let configuration = CollectionConfiguration(embedding: HashingEmbedder().identity)
    let error = #expect(throws: IndexStoreError.self) {
      try home.createCollection(name, configuration: configuration)
    }
    #expect(error?.code == .invalidArgument)
  }

  @Test func anotherModelIsRefused() throws {
    let configuration = CollectionConfiguration(embedding: HashingEmbedder().identity)
    let other = HashingEmbedder(dimension: 16, model: "other").identity
    let error = #expect(throws: IndexStoreError.self) {
      try configuration.requireSameModel(as: other, collection: "main")
    }
    #expect(error?.code == .configurationMismatch)
    #expect(error?.message.contains("hashing") == true && error?.message.contains("other") == true)
    try configuration.requireSameModel(as: HashingEmbedder().identity, collection: "main")
  }

  /// Vectors of another profile may be searched for, but not added.
  @Test func anotherProfileIsForSearchAlone() throws {
    let exact = HashingEmbedder().identity
    var faithful = exact
    faithful.weightsHash += EmbeddingProfile.faithful.suffix
    #expect(exact.profile == .exact && faithful.profile == .faithful)
    for (one, other) in [(exact, faithful), (faithful, exact)] {
      let configuration = CollectionConfiguration(embedding: one)
      try configuration.requireComparableModel(to: other, collection: "main")
      let error = #expect(throws: IndexStoreError.self) {
        try configuration.requireSameModel(as: other, collection: "main")
      }
      #expect(error?.code == .configurationMismatch)
      #expect(error?.message.contains("faithful") == true && error?.message.contains("exact") == true)
    }
    let configuration = CollectionConfiguration(embedding: faithful)
    var other = faithful
    other.model = "other"
    #expect(throws: IndexStoreError.self) {
      try configuration.requireComparableModel(to: other, collection: "main")
    }
  }
}
