import Foundation
import GRDB

extension Catalog {
  private static let selection = """
    SELECT c.id, c.name, c.version, g.id AS generation, g.configuration, c.next_segment
    FROM collections c JOIN generations g ON g.id = c.serving_generation
    """

  /// All collections, by name.
  package func collections() throws(CatalogError) -> [CollectionRecord] {
    try read { try Row.fetchAll($0, sql: Self.selection + " ORDER BY c.name").map(Self.collection) }
  }

  package func collection(named name: String) throws(CatalogError) -> CollectionRecord? {
    try read {
      try Row.fetchOne($0, sql: Self.selection + " WHERE c.name = ?", arguments: [name]).map(Self.collection)
    }
  }

  /// Adds an empty collection with one generation.
  ///
  /// - Throws: `CatalogError.alreadyExists`.
  package func createCollection(
    named name: String, configuration: String
  ) throws(CatalogError) -> CollectionRecord {
    try write { database in
      if try Bool.fetchOne(database, sql: "SELECT 1 FROM collections WHERE name = ?", arguments: [name])
        != nil
      {
        throw CatalogError(.alreadyExists, "a collection named '\(name)' exists already")
      }
      let now = Date().timeIntervalSince1970
      try database.execute(
        sql: "INSERT INTO collections (name, created_at) VALUES (?, ?)", arguments: [name, now])
      let collection = database.lastInsertedRowID
      try database.execute(
        sql: "INSERT INTO generations (collection, configuration, created_at) VALUES (?, ?, ?)",
        arguments: [collection, configuration, now])
      let generation = database.lastInsertedRowID
      try database.execute(
        sql: "UPDATE collections SET serving_generation = ? WHERE id = ?",
        arguments: [generation, collection])
      return CollectionRecord(
        id: collection, name: name, version: 0, servingGeneration: generation, configuration: configuration,
        nextSegment: 1)
    }
  }

  /// Removes a collection with its documents, chunks and segment rows.
  package func deleteCollection(_ collection: Int64) throws(CatalogError) {
    try write { database in
      // Chunks first: cascades from two sides would visit them twice.
      try database.execute(
        sql: "DELETE FROM chunks WHERE generation IN (SELECT id FROM generations WHERE collection = ?)",
        arguments: [collection])
      try database.execute(
        sql: "DELETE FROM documents WHERE collection = ?", arguments: [collection])
      try database.execute(sql: "DELETE FROM files WHERE collection = ?", arguments: [collection])
      try database.execute(
        sql: "DELETE FROM answers WHERE collection = (SELECT name FROM collections WHERE id = ?)",
        arguments: [collection])
      try database.execute(sql: "DELETE FROM collections WHERE id = ?", arguments: [collection])
    }
  }

  /// Version of a collection, or `nil` when it is gone.
  package func version(of collection: Int64) throws(CatalogError) -> Int64? {
    try read {
      try Int64.fetchOne($0, sql: "SELECT version FROM collections WHERE id = ?", arguments: [collection])
    }
  }

  /// The collection and its segments, by number, as of one moment.
  package func state(
    ofCollection name: String
  ) throws(CatalogError) -> (collection: CollectionRecord, segments: [SegmentRecord])? {
    try read { database in
      guard
        let collection = try Row.fetchOne(
          database, sql: Self.selection + " WHERE c.name = ?", arguments: [name]
        )
        .map(Self.collection)
      else { return nil }
      let segments = try Row.fetchAll(
        database, sql: "SELECT * FROM segments WHERE generation = ? ORDER BY number",
        arguments: [collection.servingGeneration]
      ).map { row in
        SegmentRecord(
          row: row["row"], number: row["number"], chunkCount: row["chunk_count"],
          deletesGeneration: row["deletes_generation"], deletedCount: row["deleted_count"],
          manifest: row["manifest"], stamps: row["stamps"])
      }
      return (collection, segments)
    }
  }

  /// Records that the files of segment `row` were read and found right under `stamps`.
  package func updateStamps(_ stamps: String, ofSegmentRow row: Int64) throws(CatalogError) {
    try write {
      try $0.execute(sql: "UPDATE segments SET stamps = ? WHERE row = ?", arguments: [stamps, row])
    }
  }

  /// Replaces a segment's manifest after its files were rebuilt with the same chunks in place.
  package func replaceRebuiltSegment(
    _ segment: SegmentRecord, collection: Int64, generation: Int64
  ) throws(CatalogError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE segments SET chunk_count = ?, deletes_generation = 0, deleted_count = 0, manifest = ?, stamps = ?
          WHERE generation = ? AND number = ?
          """,
        arguments: [segment.chunkCount, segment.manifest, segment.stamps, generation, segment.number])
      try Self.bumpVersion(of: collection, database)
    }
  }

  static func bumpVersion(of collection: Int64, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE collections SET version = version + 1 WHERE id = ?", arguments: [collection])
  }

  private static func collection(_ row: Row) -> CollectionRecord {
    CollectionRecord(
      id: row["id"], name: row["name"], version: row["version"], servingGeneration: row["generation"],
      configuration: row["configuration"], nextSegment: row["next_segment"])
  }
}
