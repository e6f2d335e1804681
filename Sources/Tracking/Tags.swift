import GRDB

/// What tags are of.
enum TagOwner {
  case experiment(Int64)
  case run(Int64)
  case loggedModel(String)
  case registeredModel(String)
  case modelVersion(String, Int64)

  var table: String {
    switch self {
    case .experiment: "experiment_tags"
    case .run: "run_tags"
    case .loggedModel: "logged_model_tags"
    case .registeredModel: "registered_model_tags"
    case .modelVersion: "model_version_tags"
    }
  }

  var columns: [String] {
    switch self {
    case .experiment: ["experiment"]
    case .run: ["run"]
    case .loggedModel, .registeredModel: ["model"]
    case .modelVersion: ["model", "version"]
    }
  }

  var arguments: [any DatabaseValueConvertible] {
    switch self {
    case .experiment(let id), .run(let id): [id]
    case .loggedModel(let name), .registeredModel(let name): [name]
    case .modelVersion(let name, let version): [name, version]
    }
  }

  var condition: String { columns.map { $0 + " = ?" }.joined(separator: " AND ") }
}

extension TrackingStore {
  static func tags(of owner: TagOwner, _ database: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(
      database.cachedStatement(sql: "SELECT name, value FROM \(owner.table) WHERE \(owner.condition)"),
      arguments: StatementArguments(owner.arguments) ?? [])
    return Dictionary(rows.map { ($0["name"], $0["value"]) }, uniquingKeysWith: { $1 })
  }

  /// - Throws: `TrackingError.invalid` for a name or value that is too long.
  static func setTag(_ key: String, _ value: String, of owner: TagOwner, _ database: Database) throws {
    try checkKey(key, "tag")
    guard value.count <= tagLimit else {
      throw TrackingError(
        .invalid, "Tag '\(key)' has \(value.count) characters; \(tagLimit) are allowed")
    }
    let columns = owner.columns + ["name", "value"]
    try database.cachedStatement(
      sql: """
        INSERT INTO \(owner.table) (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", "))) ON CONFLICT DO UPDATE SET value = excluded.value
        """
    ).execute(arguments: StatementArguments(owner.arguments + [key, value]) ?? [])
  }

  /// - Throws: `TrackingError.missing`.
  static func deleteTag(_ key: String, of owner: TagOwner, _ database: Database) throws {
    try database.execute(
      sql: "DELETE FROM \(owner.table) WHERE \(owner.condition) AND name = ?",
      arguments: StatementArguments(owner.arguments + [key]) ?? [])
    guard database.changesCount > 0 else { throw TrackingError(.missing, "No tag with name: \(key)") }
  }
}
