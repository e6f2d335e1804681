import GRDB

extension Catalog {
  /// Finds or adds the source with this root; its label is `preferredLabel`, with a number behind it where another
  /// root has that label, or other documents have identities that begin with it.
  ///
  /// - Parameter isWhole: whether the root is taken whole now; a source that once was stays so.
  package func source(
    root: String, preferredLabel: String, isWhole: Bool = true, collection: Int64
  ) throws(CatalogError) -> SourceRecord {
    try write { database in
      if let known = try Row.fetchOne(
        database, sql: "SELECT * FROM sources WHERE collection = ? AND root = ?",
        arguments: [collection, root])
      {
        var source = Self.source(known)
        if isWhole, !source.isWhole {
          source.isWhole = true
          try database.execute(sql: "UPDATE sources SET is_whole = 1 WHERE id = ?", arguments: [source.id])
        }
        return source
      }
      var label = preferredLabel
      var number = 2
      while try Self.isTaken(label, collection: collection, database) {
        label = "\(preferredLabel)~\(number)"
        number += 1
      }
      try database.execute(
        sql: "INSERT INTO sources (collection, label, root, is_whole) VALUES (?, ?, ?, ?)",
        arguments: [collection, label, root, isWhole])
      return SourceRecord(id: database.lastInsertedRowID, label: label, root: root, isWhole: isWhole)
    }
  }

  private static func isTaken(_ label: String, collection: Int64, _ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database,
      // `0` is the character behind `/`.
      sql: """
        SELECT EXISTS (SELECT 1 FROM sources WHERE collection = ?1 AND label = ?2)
          OR EXISTS (SELECT 1 FROM documents WHERE collection = ?1 AND (id = ?2 OR (id > ?2 || '/' AND id < ?2 || '0')))
        """, arguments: [collection, label]) ?? false
  }

  /// All sources of a collection, by root.
  package func sources(of collection: Int64) throws(CatalogError) -> [SourceRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM sources WHERE collection = ? ORDER BY root", arguments: [collection]
      ).map(Self.source)
    }
  }

  /// Records that a source is at another place: its files keep their identities.
  package func relocate(_ source: SourceRecord, to root: String, collection: Int64) throws(CatalogError) {
    try write { database in
      try database.execute(sql: "UPDATE sources SET root = ? WHERE id = ?", arguments: [root, source.id])
      // Paths below the root of all begin with its own slash.
      let length = source.root == "/" ? 0 : source.root.unicodeScalars.count
      let place = root == "/" ? "" : root
      for table in ["files", "documents"] {
        try database.execute(
          sql: "UPDATE \(table) SET uri = ? || substr(uri, ?) WHERE source = ?",
          arguments: [place, length + 1, source.id])
      }
      try database.execute(
        sql: """
          UPDATE reading_notes SET path = ? || substr(path, ?) WHERE file IN (SELECT row FROM files WHERE source = ?)
          """, arguments: [place, length + 1, source.id])
      try Self.bumpVersion(of: collection, database)
    }
  }

  private static func source(_ row: Row) -> SourceRecord {
    SourceRecord(id: row["id"], label: row["label"], root: row["root"], isWhole: row["is_whole"])
  }
}
