import GRDB

extension TrackingStore {
  /// - Throws: `.exists`; `.invalid` for the name.
  package func createModel(
    _ name: String, description: String?, tags: [String: String], actor: String
  ) throws(TrackingError) -> RegisteredModel {
    try Self.checkModelName(name)
    return try write { database in
      let old = try Int.fetchOne(
        database, sql: "SELECT is_deleted FROM registered_models WHERE name = ?", arguments: [name])
      guard old != 0 else { throw Self.modelExists(name) }
      // Numbers of versions go on where a deleted model of the name ended.
      try database.execute(
        sql: """
          INSERT INTO registered_models (name, description, created_at, updated_at) VALUES (?, ?, ?, ?)
          ON CONFLICT(name) DO UPDATE SET description = excluded.description, created_at = excluded.created_at,
            updated_at = excluded.updated_at, is_deleted = 0
          """, arguments: [name, description ?? "", Self.now, Self.now])
      for (key, value) in tags { try Self.setTag(key, value, of: .registeredModel(name), database) }
      try ModelHistory.append(
        .init(actor: actor, model: name, action: .created, subject: name), database)
      return try Self.model(name, database)
    }
  }

  private static func modelExists(_ name: String) -> TrackingError {
    TrackingError(.exists, "Registered Model (name=\(name)) already exists.")
  }

  private static func checkModelName(_ name: String) throws(TrackingError) {
    guard !name.isEmpty, name.count <= 256 else {
      throw TrackingError(.invalid, "Registered model name cannot be empty, nor longer than 256 characters.")
    }
    guard !name.contains("/"), !name.contains(":") else {
      throw TrackingError(
        .invalid,
        "Invalid name: '\(name)'. Registered model name cannot contain the following characters: / :")
    }
  }

  /// - Throws: `.missing`.
  package func model(_ name: String) throws(TrackingError) -> RegisteredModel {
    try read { try Self.model(name, $0) }
  }

  package func describeModel(_ name: String, _ description: String) throws(TrackingError) -> RegisteredModel {
    try write { database in
      _ = try Self.model(name, database)
      try database.execute(
        sql: "UPDATE registered_models SET description = ?, updated_at = ? WHERE name = ?",
        arguments: [description, Self.now, name])
      return try Self.model(name, database)
    }
  }

  package func renameModel(
    _ name: String, to new: String, actor: String
  ) throws(TrackingError) -> RegisteredModel {
    try Self.checkModelName(new)
    return try write { database in
      _ = try Self.model(name, database)
      let taken = try Int.fetchOne(
        database, sql: "SELECT is_deleted FROM registered_models WHERE name = ?", arguments: [new])
      guard taken == nil else { throw Self.modelExists(new) }
      try database.execute(
        sql: "UPDATE registered_models SET name = ?, updated_at = ? WHERE name = ?",
        arguments: [new, Self.now, name])
      try ModelHistory.append(
        .init(actor: actor, model: new, action: .renamed, subject: new, old: name, new: new), database)
      return try Self.model(new, database)
    }
  }

  /// Its versions and aliases go too; their numbers stay used.
  package func deleteModel(_ name: String, actor: String) throws(TrackingError) {
    try write { database in
      _ = try Self.model(name, database)
      try database.execute(
        sql: "UPDATE registered_models SET is_deleted = 1, updated_at = ? WHERE name = ?",
        arguments: [Self.now, name])
      try database.execute(sql: "UPDATE model_versions SET is_deleted = 1 WHERE model = ?", arguments: [name])
      for table in ["model_aliases", "registered_model_tags"] {
        try database.execute(sql: "DELETE FROM \(table) WHERE model = ?", arguments: [name])
      }
      try ModelHistory.append(.init(actor: actor, model: name, action: .deleted, subject: name), database)
    }
  }

  package func setModelTag(_ name: String, _ key: String, _ value: String) throws(TrackingError) {
    try write { database in
      _ = try Self.model(name, database)
      try Self.setTag(key, value, of: .registeredModel(name), database)
    }
  }

  package func deleteModelTag(_ name: String, _ key: String) throws(TrackingError) {
    try write { database in
      _ = try Self.model(name, database)
      // Its clients take a tag that is not there for deleted.
      try database.execute(
        sql: "DELETE FROM registered_model_tags WHERE model = ? AND name = ?", arguments: [name, key])
    }
  }

  package func searchModels(
    filter: String?, orderBy: [String], limit: Int, offset: Int
  ) throws(TrackingError) -> Page<RegisteredModel> {
    var query = SearchQuery(space: .registeredModels)
    query.conditions = ["t.is_deleted = 0"]
    try query.add(filter: filter)
    try query.add(orderBy: orderBy)
    query.order.append("t.name")
    return try read { database in
      let names = try Row.fetchAll(
        database, sql: query.sql(table: "registered_models", limit: limit + 1, offset: offset),
        arguments: StatementArguments(query.arguments)
      ).map { $0["name"] as String }
      return Page(try names.map { try Self.model($0, database) }, offset: offset, limit: limit)
    }
  }

  static func model(_ name: String, _ database: Database) throws -> RegisteredModel {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM registered_models WHERE name = ? AND is_deleted = 0", arguments: [name])
    guard let row else {
      throw TrackingError(.missing, "Registered Model with name=\(name.prefix(256)) not found")
    }
    let aliases = try Row.fetchAll(
      database, sql: "SELECT alias, version FROM model_aliases WHERE model = ?", arguments: [name])
    return RegisteredModel(
      name: name, description: row["description"], createdAt: row["created_at"], updatedAt: row["updated_at"],
      tags: try tags(of: .registeredModel(name), database),
      aliases: Dictionary(aliases.map { ($0["alias"], $0["version"]) }, uniquingKeysWith: { $1 }),
      latest: try latestVersions(name, stages: nil, database))
  }
}
