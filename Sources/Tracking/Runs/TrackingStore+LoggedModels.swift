import GRDB

extension TrackingStore {
  /// - Throws: `.missing` for the experiment; `.invalid`.
  package func createLoggedModel(
    experiment id: Int64, name: String?, sourceRun: String?, type: String?, parameters: [(String, String)],
    tags: [String: String]
  ) throws(TrackingError) -> LoggedModel {
    let modelID = "m-" + Self.newID()
    return try write { database in
      let experiment = try Self.experiment(id, database)
      guard !experiment.isDeleted else {
        throw TrackingError(.invalid, "The experiment \(id) must be in the 'active' state. It is deleted")
      }
      let now = Self.now
      try database.execute(
        sql: """
          INSERT INTO logged_models
            (id, experiment, name, source_run, model_type, status, artifact_uri, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          modelID, id, name ?? InventedName.next(for: String(modelID.dropFirst(2))), sourceRun, type,
          LoggedModel.Status.pending.rawValue, "\(experiment.artifactLocation)/models/\(modelID)/artifacts",
          now, now,
        ])
      for (key, value) in parameters {
        try database.execute(
          sql: "INSERT OR REPLACE INTO logged_model_parameters (model, name, value) VALUES (?, ?, ?)",
          arguments: [modelID, key, value])
      }
      for (key, value) in tags { try Self.setTag(key, value, of: .loggedModel(modelID), database) }
      return try Self.loggedModel(modelID, database)
    }
  }

  /// - Throws: `.missing`, also for a deleted one.
  package func loggedModel(_ id: String) throws(TrackingError) -> LoggedModel {
    try read { try Self.loggedModel(id, $0) }
  }

  package func setLoggedModel(_ id: String, status: LoggedModel.Status) throws(TrackingError) -> LoggedModel {
    try changeLoggedModel(id, "status = ?, updated_at = ?", [status.rawValue, Self.now])
  }

  package func deleteLoggedModel(_ id: String) throws(TrackingError) {
    try write { database in
      _ = try Self.loggedModel(id, database)
      try database.execute(
        sql: "UPDATE logged_models SET is_deleted = 1, updated_at = ? WHERE id = ?",
        arguments: [Self.now, id])
    }
  }

  private func changeLoggedModel(
    _ id: String, _ change: String, _ values: StatementArguments
  ) throws(TrackingError) -> LoggedModel {
    try write { database in
      _ = try Self.loggedModel(id, database)
      try database.execute(
        sql: "UPDATE logged_models SET \(change) WHERE id = ?", arguments: values + [id])
      return try Self.loggedModel(id, database)
    }
  }

  package func setLoggedModelTags(_ id: String, _ tags: [String: String]) throws(TrackingError) {
    try write { database in
      _ = try Self.loggedModel(id, database)
      for (key, value) in tags { try Self.setTag(key, value, of: .loggedModel(id), database) }
    }
  }

  package func deleteLoggedModelTag(_ id: String, _ key: String) throws(TrackingError) {
    try write { database in
      _ = try Self.loggedModel(id, database)
      try Self.deleteTag(key, of: .loggedModel(id), database)
    }
  }

  package func logModelParameters(_ id: String, _ parameters: [(String, String)]) throws(TrackingError) {
    try write { database in
      _ = try Self.loggedModel(id, database)
      for (key, value) in parameters {
        try database.execute(
          sql: "INSERT OR REPLACE INTO logged_model_parameters (model, name, value) VALUES (?, ?, ?)",
          arguments: [id, key, value])
      }
    }
  }

  /// - Throws: `.invalid` for a wrong filter.
  package func searchLoggedModels(
    experiments: [Int64], filter: String?, orderBy: [String], limit: Int, offset: Int
  ) throws(TrackingError) -> Page<LoggedModel> {
    var query = SearchQuery(space: .loggedModels)
    query.conditions = [
      "t.is_deleted = 0", "t.experiment IN (\(experiments.map(String.init).joined(separator: ", ")))",
    ]
    try query.add(filter: filter)
    try query.add(orderBy: orderBy)
    query.order.append("t.created_at DESC, t.id")
    return try read { database in
      let rows = try Row.fetchAll(
        database, sql: query.sql(table: "logged_models", limit: limit + 1, offset: offset),
        arguments: StatementArguments(query.arguments))
      return Page(try rows.map { try Self.loggedModel($0, database) }, offset: offset, limit: limit)
    }
  }

  static func loggedModel(_ id: String, _ database: Database) throws -> LoggedModel {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM logged_models WHERE id = ? AND is_deleted = 0", arguments: [id])
    guard let row else {
      throw TrackingError(.missing, "Logged model with ID '\(id.prefix(100))' not found.")
    }
    return try loggedModel(row, database)
  }

  private static func loggedModel(_ row: Row, _ database: Database) throws -> LoggedModel {
    let id: String = row["id"]
    let parameters = try Row.fetchAll(
      database, sql: "SELECT name, value FROM logged_model_parameters WHERE model = ?", arguments: [id])
    let metrics = try Row.fetchAll(
      database,
      sql: """
        SELECT m.*, r.id AS run_id FROM logged_model_metrics m JOIN runs r ON r.row = m.run WHERE m.model = ?
        ORDER BY m.name, m.step, m.at
        """, arguments: [id])
    return LoggedModel(
      id: id, experiment: row["experiment"], name: row["name"], sourceRun: row["source_run"],
      type: row["model_type"], status: LoggedModel.Status(rawValue: row["status"]) ?? .pending,
      artifactURI: row["artifact_uri"], createdAt: row["created_at"], updatedAt: row["updated_at"],
      parameters: Dictionary(parameters.map { ($0["name"], $0["value"]) }, uniquingKeysWith: { $1 }),
      tags: try tags(of: .loggedModel(id), database),
      metrics: metrics.map {
        ModelMetric(
          metric: metric($0), run: $0["run_id"], datasetName: $0["dataset_name"],
          datasetDigest: $0["dataset_digest"])
      })
  }
}
