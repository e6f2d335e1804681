import Foundation
import GRDB

/// The one SQLite database of a home: everything that is not an index.
///
/// Invariants:
/// 1. A segment is part of its collection exactly when its row is here: the COMMIT of `commit(_:)` is the commit.
/// 2. Documents and chunks that a commit replaces leave in the same transaction, with their text.
/// 3. Deleted content is overwritten in the file (`secure_delete`), and leaves the write-ahead log with the next
///    checkpoint; `purgeFreedBytes()` does both at once.
package final class Catalog: Sendable {
  package let path: String
  let pool: DatabasePool

  /// Opens the catalog, making it where it is missing.
  ///
  /// - Throws: `CatalogError` `.notFound`, `.corrupted`, `.wrongVersion`, `.noSpace`, `.failed`.
  package init(path: String, createIfMissing: Bool) throws(CatalogError) {
    self.path = path
    if !createIfMissing && !FileManager.default.fileExists(atPath: path) {
      throw CatalogError(
        .notFound, "\(path): there is no catalog. Give the right --home, or ingest something first")
    }
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.maximumReaderCount = 16
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      try database.execute(sql: "PRAGMA secure_delete = ON")
    }
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      let found = try pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
      guard found <= Schema.version else {
        throw CatalogError(
          .wrongVersion,
          "\(path): catalog version \(found), but this rag knows \(Schema.version). Use the newer rag")
      }
      if found < Schema.version { try Schema.migrator.migrate(pool) }
    } catch {
      throw CatalogError(error, path: path)
    }
  }

  package func read<Value>(_ body: (Database) throws -> Value) throws(CatalogError) -> Value {
    do {
      return try pool.read(body)
    } catch {
      throw CatalogError(error, path: path)
    }
  }

  package func write<Value>(_ body: (Database) throws -> Value) throws(CatalogError) -> Value {
    do {
      return try pool.write(body)
    } catch {
      throw CatalogError(error, path: path)
    }
  }

  /// Overwrites what was deleted: rebuilds the file and empties the write-ahead log.
  ///
  /// - Complexity: O(size of the catalog).
  package func purgeFreedBytes() throws(CatalogError) {
    do {
      try pool.vacuum()
      try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    } catch {
      throw CatalogError(error, path: path)
    }
  }

  /// What SQLite's own checks find wrong; empty when all is well.
  package func integrityProblems() throws(CatalogError) -> [String] {
    try read { database in
      let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
      let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
        .map { "row of table \($0[0] as String? ?? "?") refers to a missing \($0[2] as String? ?? "?")" }
      return integrity + orphans
    }
  }
}
