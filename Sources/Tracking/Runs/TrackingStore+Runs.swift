import GRDB

extension TrackingStore {
  static let runNameTag = "mlflow.runName"
  private static let modelHistoryTag = "mlflow.log-model.history"

  /// Begins a run.
  ///
  /// - Parameters:
  ///   - name: also taken from tag `mlflow.runName`; one is invented where neither is given.
  ///   - startedAt: milliseconds since 1970.
  /// - Throws: `.missing` for the experiment, `.invalid` where it is deleted or a tag is too long.
  package func createRun(
    experiment id: Int64, name: String?, user: String, startedAt: Int64?, tags: [String: String]
  ) throws(TrackingError) -> Run {
    let given = name.flatMap { $0.isEmpty ? nil : $0 }
    let tagged = tags[Self.runNameTag]
    if let given, let tagged, given != tagged {
      throw TrackingError(
        .invalid,
        "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
          + "(run_name='\(given)', mlflow.runName='\(tagged)').")
    }
    let runID = Self.newID()
    return try write { database in
      let experiment = try Self.experiment(id, database)
      guard !experiment.isDeleted else {
        throw TrackingError(.invalid, "The experiment \(id) must be in the 'active' state. It is deleted")
      }
      let name = given ?? tagged ?? InventedName.next(for: runID)
      try database.execute(
        sql: """
          INSERT INTO runs (id, experiment, name, user, status, started_at, artifact_uri) VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          runID, id, name, user, RunStatus.running.rawValue, startedAt ?? Self.now,
          "\(experiment.artifactLocation)/\(runID)/artifacts",
        ])
      let row = database.lastInsertedRowID
      var all = tags
      all[Self.runNameTag] = name
      for (key, value) in all { try Self.setTag(key, value, of: .run(row), database) }
      return try Self.run(runID, database)
    }
  }

  /// - Throws: `.missing`.
  package func run(_ id: String) throws(TrackingError) -> Run {
    try read { try Self.run(id, $0) }
  }

  /// Changes what is given.
  ///
  /// - Throws: `.missing`; `.invalid` for a deleted run.
  package func updateRun(
    _ id: String, status: RunStatus?, endedAt: Int64?, name: String?
  ) throws(TrackingError) -> Run {
    try write { database in
      let row = try Self.liveRow(id, database)
      try database.execute(
        sql: """
          UPDATE runs SET status = coalesce(?, status), ended_at = coalesce(?, ended_at), name = coalesce(?, name)
          WHERE row = ?
          """, arguments: [status?.rawValue, endedAt, name, row])
      if let name { try Self.setTag(Self.runNameTag, name, of: .run(row), database) }
      return try Self.run(id, database)
    }
  }

  /// - Throws: `.missing`.
  package func setRun(_ id: String, deleted: Bool) throws(TrackingError) {
    try write { database in
      try database.execute(sql: "UPDATE runs SET is_deleted = ? WHERE id = ?", arguments: [deleted, id])
      guard database.changesCount > 0 else { throw Self.noRun(id) }
    }
  }

  /// Writes metrics, parameters and tags of a run in one transaction.
  ///
  /// - Parameter model: the logged model that the metrics are of, too, with the data that they were measured on.
  /// - Throws: `.missing`; `.invalid` for names and values that are too long, a parameter that has another value already,
  ///   or a deleted run.
  /// - Complexity: O(values × log points of the run).
  package func log(
    _ id: String, metrics: [Metric] = [], parameters: [(String, String)] = [], tags: [(String, String)] = [],
    models: [String?] = [], dataset: (name: String?, digest: String?) = (nil, nil)
  ) throws(TrackingError) {
    for metric in metrics { try Self.checkKey(metric.name, "metric") }
    for (key, value) in parameters {
      try Self.checkKey(key, "parameter")
      guard value.count <= Self.parameterLimit else {
        throw TrackingError(
          .invalid,
          "Param value '\(value.prefix(60))…' has \(value.count) characters; \(Self.parameterLimit) are allowed"
        )
      }
    }
    try write { database in
      let row = try Self.liveRow(id, database)
      for (key, value) in parameters { try Self.setParameter(key, value, of: row, id, database) }
      for (key, value) in tags {
        try Self.setTag(key, value, of: .run(row), database)
        if key == Self.runNameTag {
          try database.execute(sql: "UPDATE runs SET name = ? WHERE row = ?", arguments: [value, row])
        }
      }
      for (index, metric) in metrics.enumerated() {
        try Self.add(metric, to: row, database)
        if index < models.count, let model = models[index] {
          try database.cachedStatement(
            sql: """
              INSERT OR IGNORE INTO logged_model_metrics
                (model, run, name, step, at, value, is_nan, dataset_name, dataset_digest)
              SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM logged_models WHERE id = ?
              """
          ).execute(arguments: [
            row, metric.name, metric.step, metric.at, metric.value.isNaN ? 0 : metric.value,
            metric.value.isNaN,
            dataset.name, dataset.digest, model,
          ])
        }
      }
    }
  }

  private static func add(_ metric: Metric, to row: Int64, _ database: Database) throws {
    let values: StatementArguments = [
      row, metric.name, metric.step, metric.at, metric.value.isNaN ? 0 : metric.value, metric.value.isNaN,
    ]
    try database.cachedStatement(
      sql: "INSERT OR IGNORE INTO run_metrics (run, name, step, at, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: values)
    try database.cachedStatement(
      sql: """
        INSERT INTO run_latest (run, name, step, at, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT(run, name) DO UPDATE
          SET step = excluded.step, at = excluded.at, value = excluded.value, is_nan = excluded.is_nan
          WHERE (excluded.step, excluded.at, excluded.value) > (step, at, value)
        """
    ).execute(arguments: values)
  }

  /// Written once: the same value again is fine.
  private static func setParameter(
    _ key: String, _ value: String, of row: Int64, _ id: String, _ database: Database
  ) throws {
    let old = try String.fetchOne(
      database.cachedStatement(sql: "SELECT value FROM run_parameters WHERE run = ? AND name = ?"),
      arguments: [row, key])
    if let old {
      guard old == value else {
        throw TrackingError(
          .invalid,
          "Changing param values is not allowed. Param with key='\(key)' was already logged with value='\(old)' "
            + "for run ID='\(id)'. Attempted logging new value '\(value)'.")
      }
      return
    }
    try database.cachedStatement(sql: "INSERT INTO run_parameters (run, name, value) VALUES (?, ?, ?)")
      .execute(arguments: [row, key, value])
  }

  /// - Throws: `.missing` for the run or the tag.
  package func deleteRunTag(_ id: String, _ key: String) throws(TrackingError) {
    try write { try Self.deleteTag(key, of: .run(try Self.liveRow(id, $0)), $0) }
  }

  /// All values of a metric, by step and time.
  ///
  /// - Throws: `.missing` for the run.
  package func metricHistory(
    _ id: String, _ name: String, limit: Int, offset: Int
  ) throws(TrackingError) -> Page<Metric> {
    try read { database in
      let row = try Self.row(id, database)
      let rows = try Row.fetchAll(
        database,
        sql: "SELECT * FROM run_metrics WHERE run = ? AND name = ? ORDER BY step, at, value LIMIT ? OFFSET ?",
        arguments: [row, name, limit + 1, offset])
      return Page(rows.map(Self.metric), offset: offset, limit: limit)
    }
  }

  /// Data and models that the run read.
  package func logInputs(
    _ id: String, datasets: [Dataset], models: [ModelUse]
  ) throws(TrackingError) {
    try write { database in
      let row = try Self.liveRow(id, database)
      for dataset in datasets { try Self.add(dataset, to: row, database) }
      try Self.add(models, to: row, areOutputs: false, database)
    }
  }

  package func logOutputs(_ id: String, models: [ModelUse]) throws(TrackingError) {
    try write { try Self.add(models, to: try Self.liveRow(id, $0), areOutputs: true, $0) }
  }

  private static func add(
    _ models: [ModelUse], to row: Int64, areOutputs: Bool, _ database: Database
  ) throws {
    for use in models {
      try database.execute(
        sql: "INSERT OR IGNORE INTO run_models (run, model, is_output, step) VALUES (?, ?, ?, ?)",
        arguments: [row, use.model, areOutputs, use.step])
    }
  }

  private static func add(_ dataset: Dataset, to row: Int64, _ database: Database) throws {
    guard !dataset.name.isEmpty, !dataset.digest.isEmpty else {
      throw TrackingError(.invalid, "A dataset needs a name and a digest")
    }
    try database.execute(
      sql: """
        INSERT INTO datasets (experiment, name, digest, source_type, source, schema, profile)
        SELECT experiment, ?, ?, ?, ?, ?, ? FROM runs WHERE row = ? ON CONFLICT DO NOTHING
        """,
      arguments: [
        dataset.name, dataset.digest, dataset.sourceType, dataset.source, dataset.schema, dataset.profile,
        row,
      ])
    let found = try Int64.fetchOne(
      database,
      sql: """
        SELECT d.row FROM datasets d JOIN runs r ON r.experiment = d.experiment
        WHERE r.row = ? AND d.name = ? AND d.digest = ?
        """, arguments: [row, dataset.name, dataset.digest])
    guard let found else { return }
    try database.execute(
      sql: "INSERT OR IGNORE INTO run_inputs (run, dataset) VALUES (?, ?)", arguments: [row, found])
    for (key, value) in dataset.tags {
      try database.execute(
        sql: "INSERT OR REPLACE INTO run_input_tags (run, dataset, name, value) VALUES (?, ?, ?, ?)",
        arguments: [row, found, key, value])
    }
  }

  /// What older clients send when a model was logged: kept in a tag, newest last.
  package func recordModel(_ id: String, json: String) throws(TrackingError) {
    try write { database in
      let row = try Self.liveRow(id, database)
      let old = try Self.tags(of: .run(row), database)[Self.modelHistoryTag] ?? "[]"
      let head = old.dropLast()
      let joined = (head == "[" ? "[" : head + ",") + json + "]"
      try database.execute(
        sql: "INSERT OR REPLACE INTO run_tags (run, name, value) VALUES (?, ?, ?)",
        arguments: [row, Self.modelHistoryTag, String(joined)])
    }
  }
}
