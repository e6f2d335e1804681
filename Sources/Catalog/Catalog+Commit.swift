import Documents
import Foundation
import GRDB

extension Catalog {
  /// Makes `change` the collection's new state: all of it or, on any failure, none.
  ///
  /// - Returns: the collection's new version.
  /// - Throws: `CatalogError` `.noSpace`, `.busy`, `.failed`.
  /// - Complexity: O(documents + chunks × log chunks).
  @discardableResult
  package func commit(_ change: CatalogChange) throws(CatalogError) -> Int64 {
    let metadata: [String]
    let structures: [String]
    do {
      metadata = try change.newDocuments.map { try Self.json($0.record.metadata) }
      structures = try change.newDocuments.map { document in
        try Self.json(
          Structure(blocks: document.text.blocks))
      }
    } catch {
      throw CatalogError(error, path: path)
    }
    return try write { database in
      for row in change.removedDocuments { try Self.remove(document: row, database) }
      for item in change.tombstones {
        try database.execute(
          sql: """
            UPDATE segments SET deletes_generation = ?, deleted_count = ? WHERE generation = ? AND number = ?
            """, arguments: [item.deletesGeneration, item.deletedCount, change.generation, item.segment])
      }
      if let segment = change.newSegment {
        try database.execute(
          sql: """
            INSERT INTO segments (generation, number, chunk_count, manifest, stamps) VALUES (?, ?, ?, ?, ?)
            """,
          arguments: [
            change.generation, segment.number, segment.chunkCount, segment.manifest, segment.stamps,
          ])
        try database.execute(
          sql: "UPDATE collections SET next_segment = ? WHERE id = ?",
          arguments: [segment.number + 1, change.collection])
        try Self.move(change.movedChunks, to: segment.number, generation: change.generation, database)
      }
      for number in change.replacedSegments {
        try database.execute(
          sql: "DELETE FROM segments WHERE generation = ? AND number = ?",
          arguments: [change.generation, number])
      }
      for (index, document) in change.newDocuments.enumerated() {
        try Self.insert(
          document, metadata: metadata[index], structure: structures[index], change: change, database)
      }
      try Self.bumpVersion(of: change.collection, database)
      return try Int64.fetchOne(
        database, sql: "SELECT version FROM collections WHERE id = ?", arguments: [change.collection]) ?? 0
    }
  }

  struct Structure: Codable {
    var blocks: [Block]
    /// Of documents that were taken before catalog 8; newer ones have `places`.
    var pageStarts: [Int]?
    var sourceMap: SourceMap?

    init(blocks: [Block]) {
      self.blocks = blocks
    }
  }

  /// Where a stored text stands in its source; of an older catalog's documents only pages are known.
  static func places(_ bytes: [UInt8], structure: () throws -> Structure) rethrows -> DocumentPlaces {
    if let places = DocumentPlaces(encoded: bytes) { return places }
    let old = try structure()
    return DocumentPlaces(pages: (old.pageStarts ?? []).map { DocumentPlaces.Page(start: $0) })
  }

  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func remove(document: Int64, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM chunks WHERE document = ?", arguments: [document])
    try database.execute(sql: "DELETE FROM document_texts WHERE document = ?", arguments: [document])
    try database.execute(sql: "DELETE FROM documents WHERE row = ?", arguments: [document])
  }

  private static func move(
    _ chunks: [(id: [UInt8], ordinal: UInt32)], to segment: Int, generation: Int64, _ database: Database
  ) throws {
    let statement = try database.makeStatement(
      sql: "UPDATE chunks SET segment = ?, ordinal = ? WHERE generation = ? AND id = ?")
    for chunk in chunks {
      try statement.execute(arguments: [segment, Int64(chunk.ordinal), generation, Data(chunk.id)])
    }
  }

  private static func insert(
    _ document: CatalogChange.NewDocument, metadata: String, structure: String, change: CatalogChange,
    _ database: Database
  ) throws {
    let record = document.record
    try database.execute(
      sql: """
        INSERT INTO documents (collection, id, source, uri, format, title, language, content_hash,
          stamp_inode, stamp_bytes, stamp_modified, stamp_changed, metadata, ingested_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        change.collection, record.id, record.source, record.uri, record.format.rawValue, record.title,
        record.language, Data(record.contentHash), record.stamp?.inode, record.stamp?.bytes,
        record.stamp?.modified, record.stamp?.changed, metadata, record.ingestedAt,
      ])
    let row = database.lastInsertedRowID
    try database.execute(
      sql: "INSERT INTO document_texts (document, structure, text, places) VALUES (?, ?, ?, ?)",
      arguments: [row, structure, Data(document.text.text.utf8), Data(document.text.places.encoded)])
    guard let segment = change.newSegment?.number else { return }
    let statement = try database.makeStatement(
      sql: """
        INSERT INTO chunks (generation, id, document, segment, ordinal, position, start, "end", page, heading_path,
          header_start, header_end)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for item in document.chunks {
      try statement.execute(arguments: [
        change.generation, Data(item.id), row, segment, Int64(item.ordinal), item.chunk.index,
        item.chunk.range.lowerBound, item.chunk.range.upperBound, item.chunk.page,
        try json(item.chunk.headingPath), item.chunk.header?.lowerBound, item.chunk.header?.upperBound,
      ])
    }
  }
}
