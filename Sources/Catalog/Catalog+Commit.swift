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
    try write { database in
      for row in change.removedFiles { try Self.remove(file: row, database) }
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
      try Self.rename(change.moves, deletions: change.renamedDeletions, change: change, database)
      for file in change.newFiles { try Self.insert(file, change: change, database) }
      for source in change.removedSources {
        try database.execute(sql: "DELETE FROM sources WHERE id = ?", arguments: [source])
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
    try database.execute(
      sql: """
        DELETE FROM reading_notes WHERE (file, path) IN
          (SELECT d.file, d.uri FROM documents d JOIN files f ON f.row = d.file WHERE d.row = ? AND d.id <> f.id)
        """, arguments: [document])
    try database.execute(sql: "DELETE FROM chunks WHERE document = ?", arguments: [document])
    try database.execute(sql: "DELETE FROM document_texts WHERE document = ?", arguments: [document])
    try database.execute(sql: "DELETE FROM documents WHERE row = ?", arguments: [document])
  }

  private static func remove(file: Int64, _ database: Database) throws {
    for document in try Int64.fetchAll(
      database, sql: "SELECT row FROM documents WHERE file = ?", arguments: [file])
    {
      try remove(document: document, database)
    }
    try database.execute(sql: "DELETE FROM reading_notes WHERE file = ?", arguments: [file])
    try database.execute(sql: "DELETE FROM files WHERE row = ?", arguments: [file])
  }

  private static func move(
    _ chunks: [CatalogChange.MovedChunk], to segment: Int, generation: Int64, _ database: Database
  ) throws {
    let statement = try database.makeStatement(
      sql: "UPDATE chunks SET segment = ?, ordinal = ?, id = ? WHERE generation = ? AND id = ?")
    let renamed = chunks.indices.filter { chunks[$0].id != chunks[$0].newID }
    // By way of identities that no chunk has, as one chunk may get what another one gives up.
    for index in renamed {
      try statement.execute(arguments: [
        segment, Int64(chunks[index].ordinal), Data(passing(index)), generation, Data(chunks[index].id),
      ])
    }
    for index in renamed {
      try statement.execute(arguments: [
        segment, Int64(chunks[index].ordinal), Data(chunks[index].newID), generation, Data(passing(index)),
      ])
    }
    for chunk in chunks where chunk.id == chunk.newID {
      try statement.execute(arguments: [
        segment, Int64(chunk.ordinal), Data(chunk.id), generation, Data(chunk.id),
      ])
    }
  }

  /// An identity of 15 bytes, which no chunk has.
  private static func passing(_ index: Int) -> [UInt8] {
    (0..<15).map { $0 < 8 ? UInt8(truncatingIfNeeded: index >> ($0 * 8)) : 0 }
  }

  /// Gives files and their documents other identities.
  private static func rename(
    _ moves: [CatalogChange.Move], deletions: [(old: String, new: String)], change: CatalogChange,
    _ database: Database
  ) throws {
    guard !moves.isEmpty || !deletions.isEmpty else { return }
    // First out of each other's way: one may get the identity that another gives up. No identity begins with a zero byte.
    for move in moves {
      try database.execute(
        sql: "UPDATE files SET id = char(0) || row WHERE row = ?", arguments: [move.record.row])
      try database.execute(
        sql: "UPDATE documents SET id = char(0) || row WHERE file = ?", arguments: [move.record.row])
    }
    for move in moves {
      let file = move.record
      // The paths of notes begin with their file's.
      try database.execute(
        sql: """
          UPDATE reading_notes SET path = ?1 || substr(path, 1 + (SELECT length(uri) FROM files WHERE row = ?2))
          WHERE file = ?2
          """, arguments: [file.uri, file.row])
      try database.execute(
        sql: """
          UPDATE files SET id = ?, source = ?, uri = ?, stamp_inode = ?, stamp_bytes = ?, stamp_modified = ?,
            stamp_changed = ? WHERE row = ?
          """,
        arguments: [
          file.id, file.source, file.uri, file.stamp?.inode, file.bytes, file.stamp?.modified,
          file.stamp?.changed, file.row,
        ])
      for document in move.documents {
        try database.execute(
          sql: "UPDATE documents SET id = ?, uri = ?, source = ? WHERE row = ?",
          arguments: [document.id, document.uri, file.source, document.row])
      }
    }
    for item in deletions {
      try database.execute(
        sql: "UPDATE OR REPLACE deleted_documents SET id = ? WHERE collection = ? AND id = ?",
        arguments: [item.new, change.collection, item.old])
    }
  }

  private static func insert(
    _ file: CatalogChange.NewFile, change: CatalogChange, _ database: Database
  ) throws {
    let record = file.record
    try database.execute(
      sql: """
        INSERT INTO files (collection, id, source, uri, content_hash, stamp_inode, stamp_bytes, stamp_modified,
          stamp_changed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        change.collection, record.id, record.source, record.uri, Data(record.contentHash),
        record.stamp?.inode, record.bytes, record.stamp?.modified, record.stamp?.changed,
      ])
    let row = database.lastInsertedRowID
    for document in file.documents { try insert(document, file: row, change: change, database) }
    for (position, note) in file.notes.enumerated() {
      try database.execute(
        sql: "INSERT INTO reading_notes (file, position, path, page, note) VALUES (?, ?, ?, ?, ?)",
        arguments: [row, position, note.path, note.page, note.note])
    }
  }

  private static func insert(
    _ document: CatalogChange.NewDocument, file: Int64, change: CatalogChange, _ database: Database
  ) throws {
    let record = document.record
    try database.execute(
      sql: """
        INSERT INTO documents (collection, file, id, source, uri, format, title, language, content_hash, metadata,
          ingested_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        change.collection, file, record.id, record.source, record.uri, record.format.rawValue, record.title,
        record.language, Data(record.contentHash), try json(record.metadata), record.ingestedAt,
      ])
    let row = database.lastInsertedRowID
    try database.execute(
      sql: "INSERT INTO document_texts (document, structure, text, places) VALUES (?, ?, ?, ?)",
      arguments: [
        row, try json(Structure(blocks: document.text.blocks)), Data(document.text.text.utf8),
        Data(document.text.places.encoded),
      ])
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
