import GRDB

extension Catalog {
  /// Keeps a run with all that belongs to it, in one transaction; its experiment is made where it is missing.
  package func keep(_ run: TrackedRun) throws(CatalogError) {
    try write { database in
      let now = Int64(run.startedAt * 1000)
      try database.execute(
        sql: """
          INSERT INTO experiments (name, artifact_location, created_at, updated_at) VALUES (?, '', ?, ?)
          ON CONFLICT(name) DO UPDATE SET updated_at = max(updated_at, excluded.updated_at)
          """, arguments: [run.experiment, now, now])
      try database.execute(
        sql:
          "UPDATE experiments SET artifact_location = 'mlflow-artifacts:/' || id WHERE artifact_location = ''"
      )
      try database.execute(
        sql: """
          INSERT INTO runs (id, experiment, name, status, started_at, ended_at, artifact_uri)
          SELECT ?, id, ?, ?, ?, ?, artifact_location || '/' || ? || '/artifacts' FROM experiments WHERE name = ?
          """,
        arguments: [
          run.id, run.name, run.status.rawValue.uppercased(), now, run.endedAt.map { Int64($0 * 1000) },
          run.id, run.experiment,
        ])
      let row = database.lastInsertedRowID
      for (table, values) in [("run_parameters", run.parameters), ("run_tags", run.tags)] {
        for (name, value) in values {
          try database.execute(
            sql: "INSERT INTO \(table) (run, name, value) VALUES (?, ?, ?)", arguments: [row, name, value])
        }
      }
      for (name, value) in run.measures {
        for table in ["run_metrics", "run_latest"] {
          try database.execute(
            sql: "INSERT INTO \(table) (run, name, step, at, value) VALUES (?, ?, 0, ?, ?)",
            arguments: [row, name, Int64((run.endedAt ?? run.startedAt) * 1000), value])
        }
      }
    }
  }

  private static let selection = """
    SELECT r.*, e.name AS experiment_name FROM runs r JOIN experiments e ON e.id = r.experiment
    WHERE r.is_deleted = 0
    """

  /// Runs, the newest first.
  ///
  /// - Parameter experiment: `nil` means all.
  package func trackedRuns(experiment: String? = nil, limit: Int = 1000) throws(CatalogError) -> [TrackedRun]
  {
    try read { database in
      try Row.fetchAll(
        database,
        sql: Self.selection
          + " AND (?1 IS NULL OR e.name = ?1) ORDER BY r.started_at DESC, r.id LIMIT ?2",
        arguments: [experiment, limit]
      ).map { try Self.trackedRun($0, database) }
    }
  }

  /// The run of that identity, or else the newest run of that name.
  package func trackedRun(_ idOrName: String) throws(CatalogError) -> TrackedRun? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: Self.selection
          + " AND (r.id = ?1 OR r.name = ?1) ORDER BY r.id <> ?1, r.started_at DESC, r.id LIMIT 1",
        arguments: [idOrName])
      return try row.map { try Self.trackedRun($0, database) }
    }
  }

  private static func trackedRun(_ row: Row, _ database: Database) throws -> TrackedRun {
    let number: Int64 = row["row"]
    func values<Value: DatabaseValueConvertible>(_ table: String) throws -> [String: Value] {
      let rows = try Row.fetchAll(
        database, sql: "SELECT name, value FROM \(table) WHERE run = ?", arguments: [number])
      return Dictionary(rows.map { ($0["name"], $0["value"]) }, uniquingKeysWith: { $1 })
    }
    let ended: Int64? = row["ended_at"]
    return TrackedRun(
      id: row["id"], experiment: row["experiment_name"], name: row["name"],
      status: TrackedRun.Status(rawValue: (row["status"] as String).lowercased()) ?? .failed,
      startedAt: Double(row["started_at"] as Int64) / 1000, endedAt: ended.map { Double($0) / 1000 },
      parameters: try values("run_parameters"), measures: try values("run_latest"),
      tags: try values("run_tags"))
  }
}
