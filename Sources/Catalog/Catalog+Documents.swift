import Documents
import Foundation
import GRDB

extension Catalog {
  /// Finds or adds the source with this root; its label is `preferredLabel`, with a number behind it where
  /// another root has that label.
  package func source(
    root: String, preferredLabel: String, collection: Int64
  ) throws(CatalogError) -> SourceRecord {
    try write { database in
      if let known = try Row.fetchOne(
        database, sql: "SELECT id, label, root FROM sources WHERE collection = ? AND root = ?",
        arguments: [collection, root])
      {
        return SourceRecord(id: known["id"], label: known["label"], root: known["root"])
      }
      let taken = Set(
        try String.fetchAll(
          database, sql: "SELECT label FROM sources WHERE collection = ?", arguments: [collection]))
      var label = preferredLabel
      var number = 2
      while taken.contains(label) {
        label = "\(preferredLabel)~\(number)"
        number += 1
      }
      try database.execute(
        sql: "INSERT INTO sources (collection, label, root) VALUES (?, ?, ?)",
        arguments: [collection, label, root])
      return SourceRecord(id: database.lastInsertedRowID, label: label, root: root)
    }
  }

  /// All sources of a collection, by root.
  package func sources(of collection: Int64) throws(CatalogError) -> [SourceRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT id, label, root FROM sources WHERE collection = ? ORDER BY root",
        arguments: [collection]
      ).map { SourceRecord(id: $0["id"], label: $0["label"], root: $0["root"]) }
    }
  }

  /// Identity and version of every document of a source, or of those that have none.
  package func documentVersions(
    collection: Int64, source: Int64?
  ) throws(CatalogError) -> [DocumentVersion] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT row, id, content_hash, stamp_inode, stamp_bytes, stamp_modified, stamp_changed
          FROM documents WHERE collection = ? AND source IS ? ORDER BY id
          """, arguments: [collection, source]
      ).map { row in
        DocumentVersion(
          row: row["row"], id: row["id"], contentHash: Array(row["content_hash"] as Data),
          stamp: Self.stamp(row))
      }
    }
  }

  /// Identity and content hash of every document of a collection, by identity.
  package func contentHashes(collection: Int64) throws(CatalogError) -> [(id: String, hash: [UInt8])] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT id, content_hash FROM documents WHERE collection = ? ORDER BY id",
        arguments: [collection]
      ).map { (id: $0["id"], hash: Array($0["content_hash"] as Data)) }
    }
  }

  package func documentVersion(
    _ id: String, collection: Int64
  ) throws(CatalogError) -> DocumentVersion? {
    try read {
      try Row.fetchOne(
        $0, sql: "SELECT * FROM documents WHERE collection = ? AND id = ?", arguments: [collection, id]
      ).map { row in
        DocumentVersion(
          row: row["row"], id: row["id"], contentHash: Array(row["content_hash"] as Data),
          stamp: Self.stamp(row))
      }
    }
  }

  /// All documents without their text, by identity.
  package func documents(of collection: Int64) throws(CatalogError) -> [DocumentRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM documents WHERE collection = ? ORDER BY id", arguments: [collection]
      ).map(Self.documentRecord)
    }
  }

  /// Documents whose identities come after `id`, by identity.
  package func documents(
    of collection: Int64, after id: String, limit: Int
  ) throws(CatalogError) -> [DocumentRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM documents WHERE collection = ? AND id > ? ORDER BY id LIMIT ?",
        arguments: [collection, id, limit]
      ).map(Self.documentRecord)
    }
  }

  package func document(_ id: String, collection: Int64) throws(CatalogError) -> DocumentRecord? {
    try read {
      try Row.fetchOne(
        $0, sql: "SELECT * FROM documents WHERE collection = ? AND id = ?", arguments: [collection, id]
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

  /// Changes the stamps of unchanged documents whose files were touched.
  package func updateStamps(_ stamps: [(row: Int64, stamp: SourceStamp)]) throws(CatalogError) {
    guard !stamps.isEmpty else { return }
    try write { database in
      let statement = try database.makeStatement(
        sql: """
          UPDATE documents SET stamp_inode = ?, stamp_bytes = ?, stamp_modified = ?, stamp_changed = ?
          WHERE row = ?
          """)
      for item in stamps {
        try statement.execute(arguments: [
          item.stamp.inode, item.stamp.bytes, item.stamp.modified, item.stamp.changed, item.row,
        ])
      }
    }
  }

  /// Replaces the recorded failures of paths that were just tried.
  ///
  /// - Parameter attempted: paths whose earlier failures are forgotten.
  package func recordFailures(
    _ failures: [FailureRecord], attempted: [String], collection: Int64
  ) throws(CatalogError) {
    guard !failures.isEmpty || !attempted.isEmpty else { return }
    try write { database in
      let known = Set(
        try String.fetchAll(
          database, sql: "SELECT path FROM failures WHERE collection = ?", arguments: [collection]))
      for path in attempted where known.contains(path) {
        try database.execute(
          sql: "DELETE FROM failures WHERE collection = ? AND path = ?", arguments: [collection, path])
      }
      for failure in failures {
        try database.execute(
          sql: "INSERT OR REPLACE INTO failures (collection, path, reason, failed_at) VALUES (?, ?, ?, ?)",
          arguments: [collection, failure.path, failure.reason, Date().timeIntervalSince1970])
      }
    }
  }

  package func failures(of collection: Int64) throws(CatalogError) -> [FailureRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT path, reason FROM failures WHERE collection = ? ORDER BY path",
        arguments: [collection]
      ).map { FailureRecord(path: $0["path"], reason: $0["reason"]) }
    }
  }

  private static func stamp(_ row: Row) -> SourceStamp? {
    guard let inode = row["stamp_inode"] as Int64?, let bytes = row["stamp_bytes"] as Int64?,
      let modified = row["stamp_modified"] as Int64?, let changed = row["stamp_changed"] as Int64?
    else { return nil }
    return SourceStamp(inode: inode, bytes: bytes, modified: modified, changed: changed)
  }

  static func metadata(_ json: String) -> [String: MetadataValue] {
    json == "{}"
      ? [:] : (try? JSONDecoder().decode([String: MetadataValue].self, from: Data(json.utf8))) ?? [:]
  }

  static func documentRecord(_ row: Row) -> DocumentRecord {
    DocumentRecord(
      row: row["row"], id: row["id"], source: row["source"], uri: row["uri"],
      format: DocumentFormat(rawValue: row["format"]) ?? .text, title: row["title"],
      language: row["language"], contentHash: Array(row["content_hash"] as Data), stamp: stamp(row),
      metadata: metadata(row["metadata"]), ingestedAt: row["ingested_at"])
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

  package func deletedDocuments(of collection: Int64) throws(CatalogError) -> Set<String> {
    try read {
      Set(
        try String.fetchAll(
          $0, sql: "SELECT id FROM deleted_documents WHERE collection = ?", arguments: [collection]))
    }
  }

  /// Forgets that they were deleted.
  package func unmarkDeleted(_ ids: [String], collection: Int64) throws(CatalogError) {
    guard !ids.isEmpty else { return }
    try write { database in
      for id in ids {
        try database.execute(
          sql: "DELETE FROM deleted_documents WHERE collection = ? AND id = ?", arguments: [collection, id])
      }
    }
  }
}
