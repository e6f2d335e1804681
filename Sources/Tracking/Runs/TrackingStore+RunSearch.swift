import Foundation
import GRDB

extension TrackingStore {
  /// Runs of experiments, by default the newest first.
  ///
  /// - Parameters:
  ///   - filter: conditions joined by AND, as MLflow's clients write them.
  ///   - orderBy: `metrics.accuracy DESC` and the like.
  /// - Throws: `.invalid` for a wrong filter or order.
  package func searchRuns(
    experiments: [Int64], filter: String?, orderBy: [String], lifecycle: Lifecycle, limit: Int, offset: Int
  ) throws(TrackingError) -> Page<Run> {
    guard !experiments.isEmpty else { return Page([], offset: 0, limit: limit) }
    var query = SearchQuery(space: .runs)
    query.conditions = [
      lifecycle.sql("t"), "t.experiment IN (\(experiments.map(String.init).joined(separator: ", ")))",
    ]
    try query.add(filter: filter)
    try query.add(orderBy: orderBy)
    query.order.append("t.started_at DESC, t.id")
    return try read { database in
      let rows = try Row.fetchAll(
        database, sql: query.sql(table: "runs", limit: limit + 1, offset: offset),
        arguments: StatementArguments(query.arguments))
      return try Page(Self.runs(rows, database), offset: offset, limit: limit)
    }
  }

  static func run(_ id: String, _ database: Database) throws -> Run {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM runs WHERE id = ?", arguments: [id]),
      let run = try runs([row], database).first
    else { throw noRun(id) }
    return run
  }

  static func noRun(_ id: String) -> TrackingError {
    TrackingError(.missing, "Run with id=\(id.prefix(100)) not found")
  }

  static func row(_ id: String, _ database: Database) throws -> Int64 {
    let row = try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT row FROM runs WHERE id = ?"), arguments: [id])
    guard let row else { throw noRun(id) }
    return row
  }

  /// Of a run that may be changed.
  static func liveRow(_ id: String, _ database: Database) throws -> Int64 {
    let row = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT row, is_deleted FROM runs WHERE id = ?"), arguments: [id])
    guard let row else { throw noRun(id) }
    guard row["is_deleted"] == false else {
      throw TrackingError(.invalid, "The run \(id) must be in the 'active' state. Current state is deleted.")
    }
    return row["row"]
  }

  static func metric(_ row: Row) -> Metric {
    Metric(
      name: row["name"], value: row["is_nan"] == true ? .nan : row["value"], step: row["step"], at: row["at"])
  }

  /// Runs with all that belongs to them: a query a table, however many there are.
  private static func runs(_ rows: [Row], _ database: Database) throws -> [Run] {
    guard !rows.isEmpty else { return [] }
    var runs = rows.map { row in
      Run(
        row: row["row"], id: row["id"], experiment: row["experiment"], name: row["name"], user: row["user"],
        status: RunStatus(rawValue: row["status"]) ?? .failed, startedAt: row["started_at"],
        endedAt: row["ended_at"], artifactURI: row["artifact_uri"], isDeleted: row["is_deleted"])
    }
    let places = Dictionary(runs.enumerated().map { ($1.row, $0) }, uniquingKeysWith: { first, _ in first })
    let wanted = "[" + runs.map { String($0.row) }.joined(separator: ",") + "]"
    func each(_ sql: String, _ body: (Int, Row) -> Void) throws {
      let cursor = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: [wanted])
      while let row = try cursor.next() {
        if let place = places[row["run"]] { body(place, row) }
      }
    }
    let among = "run IN (SELECT value FROM json_each(?))"
    try each("SELECT * FROM run_parameters WHERE \(among)") { runs[$0].parameters[$1["name"]] = $1["value"] }
    try each("SELECT * FROM run_tags WHERE \(among)") { runs[$0].tags[$1["name"]] = $1["value"] }
    try each("SELECT * FROM run_latest WHERE \(among)") { runs[$0].metrics.append(metric($1)) }
    try each("SELECT * FROM run_models WHERE \(among) ORDER BY step") { place, row in
      let use = ModelUse(model: row["model"], step: row["step"])
      if row["is_output"] {
        runs[place].modelOutputs.append(use)
      } else {
        runs[place].modelInputs.append(use)
      }
    }
    var tags: [Int64: [Int64: [String: String]]] = [:]
    try each("SELECT * FROM run_input_tags WHERE \(among)") { place, row in
      tags[runs[place].row, default: [:]][row["dataset"], default: [:]][row["name"]] = row["value"]
    }
    try each("SELECT i.run, d.* FROM run_inputs i JOIN datasets d ON d.row = i.dataset WHERE i.\(among)") {
      place, row in
      runs[place].datasets.append(
        Dataset(
          name: row["name"], digest: row["digest"], sourceType: row["source_type"], source: row["source"],
          schema: row["schema"], profile: row["profile"],
          tags: tags[runs[place].row]?[row["row"]] ?? [:]))
    }
    return runs
  }
}
