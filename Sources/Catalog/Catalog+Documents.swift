import Documents
import Foundation
import GRDB
import Storage

extension Catalog {
  static let documentSelection = """
    SELECT d.*, f.id AS file_id, f.stamp_inode, f.stamp_bytes, f.stamp_modified, f.stamp_changed, f.stale_reason,
      f.stale_since, f.stale_tries, f.stale_hash FROM documents d JOIN files f ON f.row = d.file

    """

  /// Identity and content hash of every document of a collection, by identity.
  package func contentHashes(collection: Int64) throws(CatalogError) -> [(id: String, hash: [UInt8])] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT id, content_hash FROM documents WHERE collection = ? ORDER BY id",
        arguments: [collection]
      ).map { (id: $0["id"], hash: Array($0["content_hash"] as Data)) }
    }
  }

  /// All documents without their text, by identity.
  package func documents(of collection: Int64) throws(CatalogError) -> [DocumentRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: Self.documentSelection + "WHERE d.collection = ? ORDER BY d.id", arguments: [collection]
      ).map(Self.documentRecord)
    }
  }

  /// Documents whose identities come after `id`, by identity.
  package func documents(
    of collection: Int64, after id: String, limit: Int
  ) throws(CatalogError) -> [DocumentRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: Self.documentSelection + "WHERE d.collection = ? AND d.id > ? ORDER BY d.id LIMIT ?",
        arguments: [collection, id, limit]
      ).map(Self.documentRecord)
    }
  }

  package func document(_ id: String, collection: Int64) throws(CatalogError) -> DocumentRecord? {
    try read {
      try Row.fetchOne(
        $0, sql: Self.documentSelection + "WHERE d.collection = ? AND d.id = ?", arguments: [collection, id]
      ).map(Self.documentRecord)
    }
  }

  /// Documents, chunks and text bytes of a collection's serving generation.
  package func counts(
    ofCollection collection: Int64
  ) throws(CatalogError) -> (documents: Int, chunks: Int, textBytes: Int) {
    try read { database in
      let documents = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM documents WHERE collection = ?", arguments: [collection])
      let chunks = try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM chunks
          WHERE generation = (SELECT serving_generation FROM collections WHERE id = ?)
          """, arguments: [collection])
      let bytes = try Int.fetchOne(
        database,
        sql: """
          SELECT coalesce(sum(length(t.text)), 0) FROM document_texts t JOIN documents d ON d.row = t.document
          WHERE d.collection = ?
          """, arguments: [collection])
      return (documents ?? 0, chunks ?? 0, bytes ?? 0)
    }
  }

  static func stamp(_ row: Row) -> SourceStamp? {
    guard let inode = row["stamp_inode"] as Int64?, let bytes = row["stamp_bytes"] as Int64?,
      let modified = row["stamp_modified"] as Int64?, let changed = row["stamp_changed"] as Int64?
    else { return nil }
    return SourceStamp(inode: inode, bytes: bytes, modified: modified, changed: changed)
  }

  static func metadata(_ json: String) -> [String: MetadataValue] {
    json == "{}"
      ? [:] : (try? JSONDecoder().decode([String: MetadataValue].self, from: Data(json.utf8))) ?? [:]
  }

  static func stale(_ row: Row) -> StaleState? {
    guard let reason = row["stale_reason"] as String? else { return nil }
    return StaleState(
      reason: reason, since: row["stale_since"] ?? 0, tries: row["stale_tries"],
      contentHash: (row["stale_hash"] as Data?).map { Array($0) })
  }

  static func documentRecord(_ row: Row) -> DocumentRecord {
    let id: String = row["id"]
    let file: String = row["file_id"]
    return DocumentRecord(
      row: row["row"], file: row["file"], id: id, parent: file.utf8.elementsEqual(id.utf8) ? nil : file,
      source: row["source"], uri: row["uri"],
      format: DocumentFormat(rawValue: row["format"]) ?? .text, title: row["title"],
      language: row["language"], contentHash: Array(row["content_hash"] as Data), stamp: stamp(row),
      metadata: metadata(row["metadata"]), ingestedAt: row["ingested_at"], stale: stale(row))
  }
}

/// Documents that were deleted by their identity: a later ingest of their folder passes over them.
extension Catalog {
  package func markDeleted(_ id: String, collection: Int64) throws(CatalogError) {
    try write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO deleted_documents (collection, id, deleted_at) VALUES (?, ?, ?)",
        arguments: [collection, id, Date().timeIntervalSince1970])
    }
  }

  package func deletedDocuments(of collection: Int64) throws(CatalogError) -> Set<DocumentPath> {
    try read {
      Set(
        try String.fetchAll(
          $0, sql: "SELECT id FROM deleted_documents WHERE collection = ?", arguments: [collection]
        ).map { DocumentPath($0) })
    }
  }

  /// Forgets that they were deleted.
  package func unmarkDeleted(_ ids: [DocumentPath], collection: Int64) throws(CatalogError) {
    guard !ids.isEmpty else { return }
    try write { database in
      for id in ids {
        try database.execute(
          sql: "DELETE FROM deleted_documents WHERE collection = ? AND id = ?",
          arguments: [collection, id.text])
      }
    }
  }
}
