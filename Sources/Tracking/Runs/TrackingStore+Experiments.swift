import GRDB

extension TrackingStore {
  /// Makes an experiment.
  ///
  /// - Parameter location: where its artifacts go; the store's own place where it is `nil`.
  /// - Throws: `.exists` for a name that is taken, also by a deleted one; `.invalid`.
  package func createExperiment(
    _ name: String, location: String? = nil, tags: [String: String] = [:]
  ) throws(TrackingError) -> Int64 {
    guard !name.isEmpty, name.count <= 500 else {
      throw TrackingError(
        .invalid, "Invalid experiment name: '\(name.prefix(100))'. It needs 1 to 500 characters")
    }
    return try write { database in
      if let deleted = try Int.fetchOne(
        database, sql: "SELECT is_deleted FROM experiments WHERE name = ?", arguments: [name])
      {
        throw TrackingError(
          .exists,
          deleted == 1
            ? "Experiment '\(name)' already exists in deleted state. Restore it, or take another name"
            : "Experiment '\(name)' already exists.")
      }
      try database.execute(
        sql: "INSERT INTO experiments (name, artifact_location, created_at, updated_at) VALUES (?, ?, ?, ?)",
        arguments: [name, location ?? "", Self.now, Self.now])
      let id = database.lastInsertedRowID
      if location == nil {
        try database.execute(
          sql: "UPDATE experiments SET artifact_location = ? WHERE id = ?",
          arguments: ["mlflow-artifacts:/\(id)", id])
      }
      for (key, value) in tags { try Self.setTag(key, value, of: .experiment(id), database) }
      return id
    }
  }

  /// - Throws: `.missing`.
  package func experiment(_ id: Int64) throws(TrackingError) -> Experiment {
    try read { try Self.experiment(id, $0) }
  }

  /// Also finds deleted ones; `nil` where there is none of that name.
  package func experiment(named name: String) throws(TrackingError) -> Experiment? {
    try read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM experiments WHERE name = ?", arguments: [name])
        .map { try Self.experiment($0, database) }
    }
  }

  /// Experiments of that name's run's group: makes it where it is missing.
  package func experimentID(named name: String) throws(TrackingError) -> Int64 {
    if let found = try experiment(named: name) { return found.id }
    return try createExperiment(name)
  }

  /// - Throws: `.missing`; `.exists` where another has the name.
  package func renameExperiment(_ id: Int64, to name: String) throws(TrackingError) {
    try write { database in
      let experiment = try Self.experiment(id, database)
      guard !experiment.isDeleted else {
        throw TrackingError(.invalid, "Cannot rename experiment '\(id)': it is deleted")
      }
      let other = try Int64.fetchOne(
        database, sql: "SELECT id FROM experiments WHERE name = ? AND id <> ?", arguments: [name, id])
      guard other == nil else { throw TrackingError(.exists, "Experiment '\(name)' already exists.") }
      try database.execute(
        sql: "UPDATE experiments SET name = ?, updated_at = ? WHERE id = ?", arguments: [name, Self.now, id])
    }
  }

  /// Deletes an experiment with its runs, or brings both back.
  ///
  /// - Throws: `.missing`; `.invalid` for the default experiment.
  package func setExperiment(_ id: Int64, deleted: Bool) throws(TrackingError) {
    try write { database in
      let experiment = try Self.experiment(id, database)
      guard id != 0 || !deleted else {
        throw TrackingError(.invalid, "The default experiment cannot be deleted")
      }
      guard experiment.isDeleted != deleted else {
        throw TrackingError(
          deleted ? .missing : .invalid,
          "Experiment '\(id)' is \(deleted ? "deleted already" : "not deleted: there is nothing to restore")")
      }
      let now = Self.now
      try database.execute(
        sql: "UPDATE experiments SET is_deleted = ?, updated_at = ? WHERE id = ?",
        arguments: [deleted, now, id])
      try database.execute(
        sql: "UPDATE runs SET is_deleted = ? WHERE experiment = ?", arguments: [deleted, id])
    }
  }

  package func setExperimentTag(
    _ id: Int64, _ key: String, _ value: String
  ) throws(TrackingError) {
    try write { database in
      _ = try Self.experiment(id, database)
      try Self.setTag(key, value, of: .experiment(id), database)
    }
  }

  /// - Throws: `.missing` for a tag that is not there.
  package func deleteExperimentTag(_ id: Int64, _ key: String) throws(TrackingError) {
    try write { database in
      _ = try Self.experiment(id, database)
      try Self.deleteTag(key, of: .experiment(id), database)
    }
  }

  /// - Throws: `.invalid` for a wrong filter.
  package func searchExperiments(
    filter: String?, orderBy: [String], lifecycle: Lifecycle, limit: Int, offset: Int
  ) throws(TrackingError) -> Page<Experiment> {
    var query = SearchQuery(space: .experiments)
    try query.add(filter: filter)
    try query.add(orderBy: orderBy)
    query.order.append("t.created_at DESC, t.id DESC")
    query.conditions.insert(lifecycle.sql("t"), at: 0)
    return try read { database in
      let rows = try Row.fetchAll(
        database, sql: query.sql(table: "experiments", limit: limit + 1, offset: offset),
        arguments: StatementArguments(query.arguments))
      return Page(try rows.map { try Self.experiment($0, database) }, offset: offset, limit: limit)
    }
  }

  static func experiment(_ id: Int64, _ database: Database) throws -> Experiment {
    guard
      let row = try Row.fetchOne(database, sql: "SELECT * FROM experiments WHERE id = ?", arguments: [id])
    else { throw TrackingError(.missing, "No Experiment with id=\(id) exists") }
    return try experiment(row, database)
  }

  private static func experiment(_ row: Row, _ database: Database) throws -> Experiment {
    let id: Int64 = row["id"]
    return Experiment(
      id: id, name: row["name"], artifactLocation: row["artifact_location"], isDeleted: row["is_deleted"],
      createdAt: row["created_at"], updatedAt: row["updated_at"],
      tags: try tags(of: .experiment(id), database))
  }
}
