import Foundation
import GRDB
import Storage

/// Files, and what is known of them besides their documents: stale versions, failures, notes, files passed over.
extension Catalog {
  /// Every file of a source, or of those that have none, by identity.
  package func files(of collection: Int64, source: Int64?) throws(CatalogError) -> [FileRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM files WHERE collection = ? AND source IS ? ORDER BY id",
        arguments: [collection, source]
      ).map(Self.file)
    }
  }

  package func file(_ id: String, collection: Int64) throws(CatalogError) -> FileRecord? {
    try read {
      try Row.fetchOne(
        $0, sql: "SELECT * FROM files WHERE collection = ? AND id = ?", arguments: [collection, id]
      ).map(Self.file)
    }
  }

  /// Those of `ids` that files or documents have, but for the files of these rows and their documents.
  package func taken(
    _ ids: [DocumentPath], collection: Int64, except rows: [Int64]
  ) throws(CatalogError) -> Set<DocumentPath> {
    guard !ids.isEmpty else { return [] }
    let own = Set(rows)
    return try read { database in
      let statement = try database.makeStatement(
        sql: """
          SELECT row FROM files WHERE collection = ?1 AND id = ?2
          UNION SELECT file FROM documents WHERE collection = ?1 AND id = ?2
          """)
      return Set(
        try ids.filter { id in
          try Int64.fetchAll(statement, arguments: [collection, id.text]).contains { !own.contains($0) }
        })
    }
  }

  /// The documents of a file, by identity.
  package func documents(ofFile row: Int64) throws(CatalogError) -> [DocumentRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: Self.documentSelection + "WHERE d.file = ? ORDER BY d.id", arguments: [row]
      ).map(Self.documentRecord)
    }
  }

  /// The files whose last good version answers although they hold something else by now.
  package func staleFiles(of collection: Int64) throws(CatalogError) -> [FileRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM files WHERE collection = ? AND stale_reason IS NOT NULL ORDER BY id",
        arguments: [collection]
      ).map(Self.file)
    }
  }

  /// Records that files were found to hold what was read of them, under these stamps; they are not stale any more.
  package func confirm(_ files: [(row: Int64, stamp: SourceStamp?, bytes: Int64?)]) throws(CatalogError) {
    guard !files.isEmpty else { return }
    try write { database in
      let statement = try database.makeStatement(
        sql: """
          UPDATE files SET stamp_inode = ?, stamp_bytes = ?, stamp_modified = ?, stamp_changed = ?,
            stale_reason = NULL, stale_since = NULL, stale_tries = 0, stale_hash = NULL
          WHERE row = ?
          """)
      for file in files {
        try statement.execute(arguments: [
          file.stamp?.inode, file.stamp?.bytes ?? file.bytes, file.stamp?.modified, file.stamp?.changed,
          file.row,
        ])
      }
    }
  }

  package func markStale(_ files: [(row: Int64, state: StaleState)]) throws(CatalogError) {
    guard !files.isEmpty else { return }
    try write { database in
      for file in files {
        try database.execute(
          sql: """
            UPDATE files SET stale_reason = ?, stale_since = ?, stale_tries = ?, stale_hash = ? WHERE row = ?
            """,
          arguments: [
            file.state.reason, file.state.since, file.state.tries, file.state.contentHash.map { Data($0) },
            file.row,
          ])
      }
    }
  }

  /// What was noted when documents were read, by path.
  package func notes(of collection: Int64) throws(CatalogError) -> [NoteRecord] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT n.path, n.page, n.note FROM reading_notes n JOIN files f ON f.row = n.file
          WHERE f.collection = ? ORDER BY n.path, n.position
          """, arguments: [collection]
      ).map { NoteRecord(path: $0["path"], page: $0["page"], note: $0["note"]) }
    }
  }

  /// Replaces what is recorded of files that were not taken.
  ///
  /// - Parameters:
  ///   - looked: paths that were just tried, each with all that is below it: what was recorded of them is forgotten.
  ///   - protected: paths below them that could not be looked at; what was recorded there stays.
  package func recordUntaken(
    failures: [FailureRecord], skipped: [SkippedRecord], looked: [String], protected: [String],
    collection: Int64
  ) throws(CatalogError) {
    try write { database in
      for (table, column) in [("failures", "path"), ("skipped_files", "path")] {
        let known = try String.fetchAll(
          database, sql: "SELECT \(column) FROM \(table) WHERE collection = ?", arguments: [collection])
        guard !known.isEmpty else { continue }
        let places = PathSet(looked)
        let kept = PathSet(protected)
        for path in known where places.covers(path) && !kept.covers(path) {
          try database.execute(
            sql: "DELETE FROM \(table) WHERE collection = ? AND \(column) = ?", arguments: [collection, path])
        }
      }
      for failure in failures {
        try database.execute(
          sql: "INSERT OR REPLACE INTO failures (collection, path, reason, failed_at) VALUES (?, ?, ?, ?)",
          arguments: [collection, failure.path, failure.reason, Date().timeIntervalSince1970])
      }
      for item in skipped {
        try database.execute(
          sql: "INSERT OR REPLACE INTO skipped_files (collection, path, reason) VALUES (?, ?, ?)",
          arguments: [collection, item.path, item.reason])
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

  package func skipped(of collection: Int64) throws(CatalogError) -> [SkippedRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT path, reason FROM skipped_files WHERE collection = ? ORDER BY path",
        arguments: [collection]
      ).map { SkippedRecord(path: $0["path"], reason: $0["reason"]) }
    }
  }

  static func file(_ row: Row) -> FileRecord {
    FileRecord(
      row: row["row"], id: row["id"], source: row["source"], uri: row["uri"],
      contentHash: Array(row["content_hash"] as Data), stamp: stamp(row), bytes: row["stamp_bytes"],
      stale: stale(row))
  }
}

/// Paths, each standing for all that is below it: at `/` in a folder, at `#` in a file that holds others.
private struct PathSet {
  private let paths: Set<[UInt8]>

  init(_ paths: [String]) {
    self.paths = Set(paths.map { Array($0.utf8) })
  }

  /// - Complexity: O(bytes × depth).
  func covers(_ path: String) -> Bool {
    var bytes = Array(path.utf8)
    while !paths.contains(bytes) {
      guard let cut = bytes.lastIndex(where: { $0 == 0x2F || $0 == 0x23 }) else { return false }
      bytes.removeSubrange((bytes.count > 1 && cut == 0 ? 1 : cut)...)
    }
    return true
  }
}
