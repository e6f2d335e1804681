import Foundation
import GRDB
import Storage

extension TrackingStore {
  private static let artifactScheme = "mlflow-artifacts:/"

  /// Registers a version; its files' digest is fixed with it.
  ///
  /// - Parameters:
  ///   - source: where its files are: `models:/m-…`, `runs:/…/…`, `mlflow-artifacts:/…`, or another place.
  ///   - run: of a logged model its source run, where it is `nil`.
  /// - Throws: `.missing` for the model, logged model or run; `.invalid`.
  package func createVersion(
    of name: String, source: String, run: String?, runLink: String?, loggedModel: String?,
    description: String?,
    tags: [String: String], actor: String
  ) throws(TrackingError) -> ModelVersion {
    guard !source.isEmpty else { throw TrackingError(.invalid, "A model version needs a source") }
    let (location, logged, sourceRun) = try resolve(source, loggedModel: loggedModel)
    let digest = try Self.storePath(location).flatMap { path throws(TrackingError) in
      try artifacts.digest(path)
    }
    return try write { database in
      _ = try Self.model(name, database)
      let number =
        try Int64.fetchOne(
          database, sql: "SELECT next_version FROM registered_models WHERE name = ?", arguments: [name]) ?? 1
      let now = Self.now
      try database.execute(
        sql: "UPDATE registered_models SET next_version = next_version + 1, updated_at = ? WHERE name = ?",
        arguments: [now, name])
      try database.execute(
        sql: """
          INSERT INTO model_versions
            (model, version, description, source, location, digest, run, run_link, logged_model, user, created_at,
             updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          name, number, description ?? "", source, location, digest.map { Data($0) }, run ?? sourceRun,
          runLink, logged,
          actor, now, now,
        ])
      for (key, value) in tags { try Self.setTag(key, value, of: .modelVersion(name, number), database) }
      try ModelHistory.append(
        .init(
          actor: actor, model: name, action: .versionCreated, subject: String(number),
          new: digest.map { Hex.string($0) }), database)
      return try Self.version(name, number, database)
    }
  }

  /// Where the files of a source are, with the logged model and run that it names.
  private func resolve(
    _ source: String, loggedModel: String?
  ) throws(TrackingError) -> (location: String, loggedModel: String?, run: String?) {
    if source.hasPrefix("models:/m-") || (loggedModel != nil && source.hasPrefix("models:/")) {
      let model = try self.loggedModel(loggedModel ?? String(source.dropFirst("models:/".count)))
      return (model.artifactURI, model.id, model.sourceRun)
    }
    if source.hasPrefix("runs:/") {
      let parts = source.dropFirst("runs:/".count).drop { $0 == "/" }.split(separator: "/", maxSplits: 1)
      guard parts.count == 2 else { throw TrackingError(.invalid, "Invalid source: '\(source)'") }
      let run = try self.run(String(parts[0]))
      return ("\(run.artifactURI)/\(parts[1])", loggedModel, run.id)
    }
    // Places on this machine are not the caller's to name.
    if source.hasPrefix("/") || source.hasPrefix("file:") || source.split(separator: "/").contains("..") {
      throw TrackingError(
        .invalid,
        "Invalid model version source: '\(source)'. To use a local path as a model version source, "
          + "upload it: log the model to this server first")
    }
    return (source, loggedModel, nil)
  }

  /// The path in the store of a location; `nil` for files that are elsewhere.
  package static func storePath(_ location: String) -> String? {
    guard location.hasPrefix(artifactScheme) else { return nil }
    let rest = location.dropFirst(artifactScheme.count)
    // mlflow-artifacts://host/path names a server, which is this one.
    return rest.hasPrefix("/")
      ? rest.dropFirst().split(separator: "/", maxSplits: 1).dropFirst().first.map(String.init) : String(rest)
  }

  /// - Throws: `.missing`.
  package func version(_ name: String, _ number: Int64) throws(TrackingError) -> ModelVersion {
    try read { try Self.version(name, number, $0) }
  }

  package func describeVersion(
    _ name: String, _ number: Int64, _ description: String
  ) throws(TrackingError) -> ModelVersion {
    try write { database in
      _ = try Self.version(name, number, database)
      try database.execute(
        sql: "UPDATE model_versions SET description = ?, updated_at = ? WHERE model = ? AND version = ?",
        arguments: [description, Self.now, name, number])
      return try Self.version(name, number, database)
    }
  }

  /// Its aliases go too; its number stays used.
  package func deleteVersion(_ name: String, _ number: Int64, actor: String) throws(TrackingError) {
    try write { database in
      let version = try Self.version(name, number, database)
      try database.execute(
        sql: "UPDATE model_versions SET is_deleted = 1, updated_at = ? WHERE model = ? AND version = ?",
        arguments: [Self.now, name, number])
      try database.execute(
        sql: "DELETE FROM model_aliases WHERE model = ? AND version = ?", arguments: [name, number])
      for alias in version.aliases.sorted() {
        try ModelHistory.append(
          .init(actor: actor, model: name, action: .aliasMoved, subject: alias, old: String(number)), database
        )
      }
      try ModelHistory.append(
        .init(actor: actor, model: name, action: .versionDeleted, subject: String(number)), database)
    }
  }

  package func setVersionTag(
    _ name: String, _ number: Int64, _ key: String, _ value: String
  ) throws(TrackingError) {
    try write { database in
      _ = try Self.version(name, number, database)
      try Self.setTag(key, value, of: .modelVersion(name, number), database)
    }
  }

  package func deleteVersionTag(_ name: String, _ number: Int64, _ key: String) throws(TrackingError) {
    try write { database in
      _ = try Self.version(name, number, database)
      try database.execute(
        sql: "DELETE FROM model_version_tags WHERE model = ? AND version = ? AND name = ?",
        arguments: [name, number, key])
    }
  }

  package func searchVersions(
    filter: String?, orderBy: [String], limit: Int, offset: Int
  ) throws(TrackingError) -> Page<ModelVersion> {
    var query = SearchQuery(space: .modelVersions)
    query.conditions = ["t.is_deleted = 0"]
    try query.add(filter: filter)
    try query.add(orderBy: orderBy)
    query.order.append("t.updated_at DESC, t.model, t.version DESC")
    return try read { database in
      let rows = try Row.fetchAll(
        database, sql: query.sql(table: "staged_versions", limit: limit + 1, offset: offset),
        arguments: StatementArguments(query.arguments))
      return Page(try rows.map { try Self.version($0, database) }, offset: offset, limit: limit)
    }
  }

  /// The newest version of each of the stages; of all stages where none is given.
  package func latestVersions(_ name: String, stages: [ModelStage]) throws(TrackingError) -> [ModelVersion] {
    try read { database in
      _ = try Self.model(name, database)
      return try Self.latestVersions(name, stages: stages.isEmpty ? nil : stages, database)
    }
  }

  static func latestVersions(_ name: String, stages: [ModelStage]?, _ database: Database) throws
    -> [ModelVersion]
  {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM staged_versions t WHERE model = ?1 AND is_deleted = 0 AND version = (
          SELECT max(version) FROM staged_versions WHERE model = ?1 AND stage = t.stage AND is_deleted = 0)
        ORDER BY version
        """, arguments: [name])
    let wanted = stages.map { Set($0.map(\.rawValue)) }
    return try rows.filter { wanted?.contains($0["stage"]) ?? true }.map { try version($0, database) }
  }

  static func version(_ name: String, _ number: Int64, _ database: Database) throws -> ModelVersion {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM staged_versions WHERE model = ? AND version = ? AND is_deleted = 0",
      arguments: [name, number])
    guard let row else {
      throw TrackingError(.missing, "Model Version (name=\(name.prefix(256)), version=\(number)) not found")
    }
    return try version(row, database)
  }

  private static func version(_ row: Row, _ database: Database) throws -> ModelVersion {
    let name: String = row["model"]
    let number: Int64 = row["version"]
    return ModelVersion(
      model: name, version: number, description: row["description"], source: row["source"],
      location: row["location"], digest: (row["digest"] as Data?).map(Array.init), run: row["run"],
      runLink: row["run_link"], loggedModel: row["logged_model"],
      stage: ModelStage(rawValue: row["stage"]) ?? .none, user: row["user"], createdAt: row["created_at"],
      updatedAt: row["updated_at"], tags: try tags(of: .modelVersion(name, number), database),
      aliases: try String.fetchAll(
        database, sql: "SELECT alias FROM model_aliases WHERE model = ? AND version = ? ORDER BY alias",
        arguments: [name, number]))
  }
}
