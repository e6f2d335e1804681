import GRDB

extension Catalog {
  /// Keeps a run with all that belongs to it, in one transaction.
  package func keep(_ run: TrackedRun) throws(CatalogError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO tracked_runs (id, experiment, name, status, started_at, ended_at)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [run.id, run.experiment, run.name, run.status.rawValue, run.startedAt, run.endedAt])
      for (name, value) in run.parameters.sorted(by: { $0.key < $1.key }) {
        try database.execute(
          sql: "INSERT INTO tracked_parameters (run, name, value) VALUES (?, ?, ?)",
          arguments: [run.id, name, value])
      }
      for (name, value) in run.measures.sorted(by: { $0.key < $1.key }) {
        try database.execute(
          sql: "INSERT INTO tracked_measures (run, name, step, measured_at, value) VALUES (?, ?, 0, ?, ?)",
          arguments: [run.id, name, run.endedAt ?? run.startedAt, value])
      }
      for (name, value) in run.tags.sorted(by: { $0.key < $1.key }) {
        try database.execute(
          sql: "INSERT INTO tracked_tags (run, name, value) VALUES (?, ?, ?)",
          arguments: [run.id, name, value])
      }
    }
  }

  /// Runs, the newest first.
  ///
  /// - Parameter experiment: `nil` means all.
  package func trackedRuns(experiment: String? = nil, limit: Int = 1000) throws(CatalogError) -> [TrackedRun]
  {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM tracked_runs WHERE ?1 IS NULL OR experiment = ?1 ORDER BY started_at DESC, id LIMIT ?2
          """, arguments: [experiment, limit]
      ).map { try Self.trackedRun($0, database) }
    }
  }

  /// The run of that identity, or else the newest run of that name.
  package func trackedRun(_ idOrName: String) throws(CatalogError) -> TrackedRun? {
    try read { database in
      let byID = try Row.fetchOne(
        database, sql: "SELECT * FROM tracked_runs WHERE id = ?", arguments: [idOrName])
      let row =
        try byID
        ?? Row.fetchOne(
          database, sql: "SELECT * FROM tracked_runs WHERE name = ? ORDER BY started_at DESC, id LIMIT 1",
          arguments: [idOrName])
      return try row.map { try Self.trackedRun($0, database) }
    }
  }

  private static func trackedRun(_ row: Row, _ database: Database) throws -> TrackedRun {
    let id: String = row["id"]
    func values(_ table: String) throws -> [String: String] {
      let rows = try Row.fetchAll(
        database, sql: "SELECT name, value FROM \(table) WHERE run = ?", arguments: [id])
      return Dictionary(rows.map { ($0["name"], $0["value"]) }, uniquingKeysWith: { $1 })
    }
    let measures = try Row.fetchAll(
      database, sql: "SELECT name, value FROM tracked_measures WHERE run = ? ORDER BY step, measured_at",
      arguments: [id])
    return TrackedRun(
      id: id, experiment: row["experiment"], name: row["name"],
      status: TrackedRun.Status(rawValue: row["status"]) ?? .failed, startedAt: row["started_at"],
      endedAt: row["ended_at"], parameters: try values("tracked_parameters"),
      measures: Dictionary(measures.map { ($0["name"], $0["value"]) }, uniquingKeysWith: { $1 }),
      tags: try values("tracked_tags"))
  }
}
