import Catalog
import Foundation
import GRDB
import TestSupport
import Testing
import Tracking

@Suite struct MigrationTests {
  /// A catalog from before stages were aliases keeps them: the newest version of each, where the alias is free.
  @Test func stagesBecomeAliases() throws {
    let folder = TemporaryFolder()
    let path = folder("catalog.db")
    do {
      let old = try DatabaseQueue(path: path)
      try Schema.migrator.migrate(old, upTo: "6: gates, predictions")
      try old.write { database in
        for (model, stages) in [
          "m": ["Production", "Production", "Staging", "Archived", "None"], "n": ["Staging", "Archived"],
        ] {
          try database.execute(
            sql: "INSERT INTO registered_models (name, created_at, updated_at) VALUES (?, 1, 1)",
            arguments: [model])
          for (index, stage) in stages.enumerated() {
            try database.execute(
              sql: """
                INSERT INTO model_versions (model, version, source, location, stage, created_at, updated_at)
                VALUES (?, ?, '', '', ?, 1, 1)
                """, arguments: [model, index + 1, stage])
          }
        }
        try database.execute(
          sql: "INSERT INTO model_aliases (model, alias, version) VALUES ('n', 'staging', 2)")
      }
      try old.close()
    }
    let catalog = try Catalog(path: path, createIfMissing: false)
    let tracking = TrackingStore(catalog: catalog, home: folder("home"))
    func stages(_ model: String, _ count: Int64) throws -> [ModelStage] {
      try (1...count).map { try tracking.version(model, $0).stage }
    }
    #expect(try stages("m", 5) == [.none, .production, .staging, .archived, .none])
    #expect(try stages("n", 2) == [.none, .staging])
    #expect(try tracking.version("m", alias: "production").version == 2)
  }

  /// Documents of a catalog from before files had rows of their own are files, with the stamps that they had.
  @Test func documentsBecomeFiles() throws {
    let folder = TemporaryFolder()
    let path = folder("catalog.db")
    do {
      let old = try DatabaseQueue(path: path)
      try Schema.migrator.migrate(old, upTo: "7: stages are aliases")
      try old.write { database in
        try database.execute(
          sql: """
            INSERT INTO collections (id, name, serving_generation, created_at) VALUES (1, 'main', 1, 0);
            INSERT INTO generations (id, collection, configuration, created_at) VALUES (1, 1, '{}', 0);
            INSERT INTO sources (id, collection, label, root) VALUES (3, 1, 'docs', '/x/docs');
            INSERT INTO documents (row, collection, id, source, uri, format, content_hash, stamp_inode, stamp_bytes,
                stamp_modified, stamp_changed, metadata, ingested_at)
              VALUES (7, 1, 'docs/a.txt', 3, '/x/docs/a.txt', 'text', x'01', 5, 6, 7, 8, '{}', 9),
                (9, 1, 'free', NULL, 'upload:free', 'text', x'02', NULL, NULL, NULL, NULL, '{}', 9);
            INSERT INTO document_texts (document, structure, text) VALUES (7, '{"blocks":[]}', 'one'), (9, '{"blocks":[]}', 'two');
            INSERT INTO chunks (generation, id, document, segment, ordinal, position, start, "end", heading_path)
              VALUES (1, x'00', 7, 1, 0, 0, 0, 3, '[]'), (1, x'01', 9, 1, 1, 0, 0, 3, '[]');
            INSERT INTO failures VALUES (1, '/x/docs/b.pdf', 'no', 1);
            """)
      }
      try old.close()
    }
    let catalog = try Catalog(path: path, createIfMissing: false)
    #expect(try catalog.integrityProblems().isEmpty)
    #expect(
      try catalog.sources(of: 1) == [SourceRecord(id: 3, label: "docs", root: "/x/docs", isWhole: true)])
    let stamp = SourceStamp(inode: 5, bytes: 6, modified: 7, changed: 8)
    #expect(
      try catalog.files(of: 1, source: 3) == [
        FileRecord(row: 7, id: "docs/a.txt", source: 3, uri: "/x/docs/a.txt", contentHash: [1], stamp: stamp)
      ])
    let documents = try catalog.documents(of: 1)
    #expect(documents.map(\.id) == ["docs/a.txt", "free"] && documents.map(\.file) == [7, 9])
    #expect(
      documents.map(\.stamp) == [stamp, nil] && documents.allSatisfy { $0.parent == nil && $0.stale == nil })
    #expect(try catalog.documentWithText(row: 9)?.parsed.text == "two")
    #expect(try catalog.failures(of: 1).count == 1)
    var removal = CatalogChange(collection: 1, generation: 1)
    removal.removedFiles = [7]
    try catalog.commit(removal)
    #expect(try catalog.documents(of: 1).map(\.id) == ["free"])
    #expect(try catalog.counts(ofCollection: 1).chunks == 1)
  }
}
