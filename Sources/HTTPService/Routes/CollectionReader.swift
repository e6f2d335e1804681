import Catalog
import Documents
import IndexStore
import Kernels
import Storage

/// What a caller may know of collections and documents: every route that shows them goes through here.
struct CollectionReader {
  let home: HomeFolder
  /// `nil` sees everything.
  let view: AccessView?

  private func missing(_ id: String, in collection: String) -> ServiceError {
    ServiceError(.documentMissing, "there is no document '\(id.prefix(200))' in collection '\(collection)'")
  }

  /// - Throws: `IndexStoreError.collectionMissing`.
  func snapshot(_ name: String) throws -> CollectionSnapshot {
    try DocumentCollection(name, in: home).snapshot()
  }

  func record(_ name: String) throws -> CollectionRecord {
    guard let record = try home.catalog.collection(named: name) else {
      // Its error names the collections that there are.
      _ = try DocumentCollection(name, in: home)
      throw ServiceError(.collectionMissing, "there is no collection '\(name)'")
    }
    return record
  }

  func summary(_ record: CollectionRecord) throws -> CollectionSummary {
    var summary = try CollectionSummary(record, home: home)
    guard let view else { return summary }
    // The numbers of what they see, so that no number tells of what they do not.
    let snapshot = try snapshot(record.name)
    let allowed = try snapshot.allowed(by: view.filter)
    summary.chunks = zip(allowed, snapshot.segments).reduce(0) { total, pair in
      total + (pair.0?.count ?? pair.1.reader.chunkCount)
    }
    let documents = try home.catalog.documents(of: record.id).filter(view.allows)
    summary.documents = documents.count
    summary.textBytes = nil
    return summary
  }

  /// - Throws: `ServiceError.documentMissing` also for one that they may not see.
  func document(_ id: String, in collection: CollectionRecord) throws -> DocumentRecord {
    guard let document = try home.catalog.document(id, collection: collection.id),
      view?.allows(document) ?? true
    else {
      throw missing(id, in: collection.name)
    }
    return document
  }

  /// Documents after `id`, by identity.
  func documents(
    in collection: CollectionRecord, after id: String, limit: Int
  ) throws -> (documents: [DocumentRecord], next: String?) {
    var seen: [DocumentRecord] = []
    var after = id
    while seen.count <= limit {
      let page = try home.catalog.documents(of: collection.id, after: after, limit: limit + 1)
      seen += page.filter { view?.allows($0) ?? true }
      guard page.count > limit, let last = page.last else { break }
      after = last.id
    }
    let shown = Array(seen.prefix(limit))
    return (shown, seen.count > limit ? shown.last?.id : nil)
  }

  func text(of document: DocumentRecord, in collection: CollectionRecord) throws -> String {
    guard let bytes = try home.catalog.documentText(document.id, collection: collection.id) else {
      throw missing(document.id, in: collection.name)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Where the document's text stands in its source.
  func places(of document: DocumentRecord) throws -> DocumentPlaces {
    try home.catalog.places(ofDocument: document.row) ?? DocumentPlaces()
  }

  func chunks(of document: DocumentRecord, in collection: String) throws -> [StoredChunk] {
    try snapshot(collection).contents(ofDocument: document.row, positions: 0...Int(Int32.max))
  }
}

/// What is told of a collection.
package struct CollectionSummary: Sendable {
  package let record: CollectionRecord
  package let configuration: CollectionConfiguration
  package var documents: Int
  package var chunks: Int
  /// `nil` where it is not told.
  package var textBytes: Int?
  package var segments: Int

  package init(_ record: CollectionRecord, home: HomeFolder) throws {
    self.record = record
    configuration = try CollectionConfiguration(json: record.configuration)
    let counts = try home.catalog.counts(ofCollection: record.id)
    documents = counts.documents
    chunks = counts.chunks
    textBytes = counts.textBytes
    segments = try home.catalog.state(ofCollection: record.name)?.segments.count ?? 0
  }

  package var members: [(String, JSONValue)] {
    [
      ("name", .string(record.name)), ("version", .integer(Int(record.version))),
      ("documents", .integer(documents)), ("chunks", .integer(chunks)), ("segments", .integer(segments)),
      ("text_bytes", JSONValue(textBytes)), ("embedding_model", .string(configuration.embedding.model)),
      ("embedding_weights", .string(configuration.embedding.weightsHash)),
      ("dimension", .integer(configuration.embedding.dimension)),
      ("pooling", .string(configuration.embedding.pooling.rawValue)),
      ("chunker", .string(configuration.chunkerIdentity)),
      ("analyzer", .string(configuration.analyzer.identity)),
    ]
  }

  package var json: JSONValue { .object(members) }
}

extension DocumentRecord {
  /// What is told of a document in lists.
  package var members: [(String, JSONValue)] {
    [
      ("document_id", .string(id)), ("uri", .string(uri)), ("title", JSONValue(title)),
      ("format", .string(format.rawValue)), ("language", JSONValue(language)),
      ("parent_id", JSONValue(parent)), ("stale", stale?.json ?? .null),
      ("content_hash", .string(Hex.string(contentHash))), ("bytes", JSONValue(stamp.map { Int($0.bytes) })),
      (
        "metadata",
        .object(metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
      ),
      ("ingested_at", .number(ingestedAt)),
    ]
  }
}
