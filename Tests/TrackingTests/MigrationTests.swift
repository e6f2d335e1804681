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
}
