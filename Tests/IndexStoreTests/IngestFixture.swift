import Catalog
import Foundation
import Glibc
import IndexStore
import LexicalIndex
import Storage
import TestSupport

/// A folder of files that are ingested into a collection, with a count of the texts that were embedded.
struct IngestFixture {
  let folder = TemporaryFolder()
  let home: HomeFolder
  let embedder = CountingEmbedder()

  init() throws {
    home = try HomeFolder(path: folder("home"), createIfMissing: true)
    try home.createCollection("main", configuration: CollectionConfiguration(embedding: embedder.identity))
  }

  /// Writes a file, with the folders above it.
  func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    let url = URL(fileURLWithPath: folder(path))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Writes a file whose name is these bytes.
  func write(named name: [UInt8], in place: String, _ text: String) throws {
    let path = (Array(folder(place).utf8) + [0x2F] + name).map { CChar(bitPattern: $0) } + [0]
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: folder(path)) }

  func move(_ from: String, _ to: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: folder(to)).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: folder(from), toPath: folder(to))
  }

  func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: folder(path), withDestinationPath: target)
  }

  func ingest(_ paths: String..., options change: (inout IngestOptions) -> Void = { _ in }) async throws
    -> IngestReport
  {
    var options = IngestOptions()
    options.threads = 2
    change(&options)
    return try await IngestPipeline(collection: "main", in: home, embedder: embedder, options: options)
      .ingest(paths: paths.map { folder($0) })
  }

  func upload(_ documents: [UploadedDocument]) async throws -> IngestReport {
    try await IngestPipeline(collection: "main", in: home, embedder: embedder, options: IngestOptions())
      .ingest(uploads: documents)
  }

  var collection: CollectionRecord {
    get throws {
      guard let record = try home.catalog.collection(named: "main") else { throw CocoaError(.fileNoSuchFile) }
      return record
    }
  }

  /// Identities of all documents, in the order of their bytes.
  var ids: [DocumentPath] {
    get throws { try home.catalog.documents(of: collection.id).map { DocumentPath($0.id) } }
  }

  /// Identities of the documents that hold `word` and that `filter` lets through.
  func found(_ word: String, filter: FilterExpression? = nil) throws -> [DocumentPath] {
    let snapshot = try DocumentCollection("main", in: home).snapshot()
    let terms = QueryTerm.terms(of: word, analyzer: try snapshot.analyzer())
    let statistics = snapshot.statistics(for: terms)
    var ids: [ChunkID] = []
    for (segment, allowed) in zip(snapshot.segments, try snapshot.allowed(by: filter)) {
      ids += segment.reader.lexicalSearch(terms, k: 1000, statistics: statistics, allowed: allowed)
        .map { segment.reader.chunkID($0.ordinal) }
    }
    return try snapshot.contents(of: ids).values.map { DocumentPath($0.documentID) }.sorted()
  }

  /// What is wrong on disk; empty when all is well.
  func problems() throws -> [DoctorReport.Problem] { try Doctor(home: home).examine().problems }
}
