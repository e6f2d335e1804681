import Foundation
import GRDB

/// Where a version comes from, and what comes from it.
package struct VersionLineage: Sendable, Hashable {
  package var version: ModelVersion
  /// That made it, with its data; `nil` where the version names none, or it is gone.
  package var run: Run?
  /// Versions whose models its run read: those that it was made to replace.
  package var parents: [ModelVersion]
  /// Versions whose runs read its model.
  package var children: [ModelVersion]
}

extension TrackingStore {
  /// Tag of a run: what the settings were, SHA-256.
  package static let configurationTag = "rag.configuration_sha256"
  /// Tag of a run: the program that ran, SHA-256.
  package static let binaryTag = "rag.binary_sha256"
  /// Tag of a run, MLflow's: the commit of the code around it.
  package static let commitTag = "mlflow.source.git.commit"
  /// Tag of a run: whether that code had changes beside the commit, `true` or `false`.
  package static let changesTag = "rag.git_dirty"
  /// Length of a data set's digest, in hexadecimal digits: clients allow no more than 36.
  package static let datasetDigestLength = 32

  /// - Throws: `.missing`.
  package func lineage(of name: String, _ number: Int64) throws(TrackingError) -> VersionLineage {
    try read { database in
      let version = try Self.version(name, number, database)
      let parents = try Self.versions(
        database,
        sql: """
          JOIN run_models m ON m.model = v.logged_model AND m.is_output = 0
          JOIN runs r ON r.row = m.run WHERE r.id = ?
          """, [version.run])
      let children = try Self.versions(
        database,
        sql: """
          JOIN runs r ON r.id = v.run
          JOIN run_models m ON m.run = r.row AND m.is_output = 0 WHERE m.model = ?
          """, [version.loggedModel])
      return VersionLineage(
        version: version, run: try version.run.flatMap { try? Self.run($0, database) },
        parents: parents.filter { $0 != version }, children: children.filter { $0 != version })
    }
  }

  /// Versions whose runs read data of a digest.
  ///
  /// - Parameter digest: as clients logged it; of `rag` itself any SHA-256, of which the beginning counts.
  package func versions(madeFrom digest: String) throws(TrackingError) -> [ModelVersion] {
    try read { database in
      try Self.versions(
        database,
        sql: """
          JOIN runs r ON r.id = v.run JOIN run_inputs i ON i.run = r.row
          JOIN datasets d ON d.row = i.dataset WHERE d.digest = ?
          """, [String(digest.prefix(Self.datasetDigestLength))])
    }
  }

  /// - Parameter sql: joins to `v`, and the condition.
  private static func versions(
    _ database: Database, sql: String, _ arguments: [String?]
  ) throws -> [ModelVersion] {
    let rows = try Row.fetchAll(
      database,
      sql:
        "SELECT DISTINCT v.model, v.version FROM model_versions v \(sql) AND v.is_deleted = 0 ORDER BY 1, 2",
      arguments: StatementArguments(arguments))
    return try rows.map { try version($0["model"], $0["version"], database) }
  }
}
