import Foundation
import GRDB

extension TrackingStore {
  /// What an alias must point to for a move to happen.
  package enum Expectation: Sendable, Hashable {
    case anything
    case nothing
    case version(Int64)
  }

  /// Points an alias to a version, in one transaction with its entry in the history.
  ///
  /// - Parameters:
  ///   - expected: what the mover saw: where somebody else was faster, nothing is moved.
  ///   - gate: that allowed it.
  /// - Throws: `.missing` for the version, `.conflict`, `.invalid` for the alias.
  package func setAlias(
    _ alias: String, of name: String, to number: Int64, expecting expected: Expectation = .anything,
    actor: String,
    gate: Int64? = nil, reason: String? = nil
  ) throws(TrackingError) {
    try Self.checkAlias(alias)
    try write { database in
      _ = try Self.version(name, number, database)
      let old = try Self.aliased(alias, name, database)
      switch expected {
      case .anything: break
      case .nothing where old == nil: break
      case .version(let seen) where seen == old: break
      default:
        throw TrackingError(
          .conflict,
          "alias '\(alias)' of '\(name)' points to \(old.map { "version \($0)" } ?? "nothing") by now: look again"
        )
      }
      try Self.move(
        alias, of: name, from: old, to: number, actor: actor, gate: gate, reason: reason, database)
    }
  }

  /// An alias that is not there is deleted already.
  package func deleteAlias(_ alias: String, of name: String, actor: String) throws(TrackingError) {
    try write { database in
      _ = try Self.model(name, database)
      guard let old = try Self.aliased(alias, name, database) else { return }
      try Self.move(alias, of: name, from: old, to: nil, actor: actor, database)
    }
  }

  /// Writes where an alias points, and the entry in the history; `nil` takes the alias away.
  static func move(
    _ alias: String, of name: String, from old: Int64?, to new: Int64?, actor: String, gate: Int64? = nil,
    reason: String? = nil, _ database: Database
  ) throws {
    if let new {
      try database.execute(
        sql: "INSERT OR REPLACE INTO model_aliases (model, alias, version) VALUES (?, ?, ?)",
        arguments: [name, alias, new])
    } else {
      try database.execute(
        sql: "DELETE FROM model_aliases WHERE model = ? AND alias = ?", arguments: [name, alias])
    }
    try database.execute(
      sql: "UPDATE registered_models SET updated_at = ? WHERE name = ?", arguments: [now, name])
    try ModelHistory.append(
      .init(
        actor: actor, model: name, action: .aliasMoved, subject: alias, old: old.map(String.init),
        new: new.map(String.init), gate: gate, reason: reason), database)
  }

  /// What an alias of each of these models points to; models without it are left out.
  ///
  /// - Returns: number, and the digest of its files, by model.
  package func versions(
    of names: [String], alias: String
  ) throws(TrackingError) -> [String: (number: Int64, digest: [UInt8]?)] {
    try read { database in
      let marks = names.map { _ in "?" }.joined(separator: ", ")
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT a.model, a.version, v.digest FROM model_aliases a JOIN model_versions v USING (model, version)
          WHERE a.alias = ? AND a.model IN (\(marks))
          """, arguments: StatementArguments([alias] + names))
      return Dictionary(
        rows.map { row in
          (
            row["model"] as String,
            (number: row["version"], digest: (row["digest"] as Data?).map { Array($0) })
          )
        }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// What an alias of a model points to, else its newest version; `nil` where there is neither.
  ///
  /// - Returns: number, and the digest of its files.
  package func servingVersion(
    of name: String, alias: String
  ) throws(TrackingError) -> (number: Int64, digest: [UInt8]?)? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT version, digest FROM model_versions WHERE model = ?1 AND version = coalesce(
            (SELECT version FROM model_aliases WHERE model = ?1 AND alias = ?2),
            (SELECT max(version) FROM model_versions WHERE model = ?1 AND is_deleted = 0))
          """, arguments: [name, alias]
      ).map { ($0["version"], ($0["digest"] as Data?).map { Array($0) }) }
    }
  }

  /// - Throws: `.missing` for the model; `.invalid` for an alias that points nowhere, as MLflow has it.
  package func version(_ name: String, alias: String) throws(TrackingError) -> ModelVersion {
    try read { database in
      _ = try Self.model(name, database)
      guard let number = try Self.aliased(alias, name, database) else {
        throw TrackingError(.invalid, "Registered model alias \(alias.prefix(256)) not found.")
      }
      return try Self.version(name, number, database)
    }
  }

  static func aliased(_ alias: String, _ name: String, _ database: Database) throws -> Int64? {
    try Int64.fetchOne(
      database, sql: "SELECT version FROM model_aliases WHERE model = ? AND alias = ?",
      arguments: [name, alias])
  }

  private static func checkAlias(_ alias: String) throws(TrackingError) {
    let isPlain =
      !alias.isEmpty && alias.count <= 255
      && alias.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
          || $0 == "-"
      }
    let isNumbered =
      alias.lowercased().hasPrefix("v") && alias.count > 1 && alias.dropFirst().allSatisfy(\.isNumber)
    guard isPlain, alias.lowercased() != "latest", !isNumbered else {
      throw TrackingError(
        .invalid,
        "Invalid alias name: '\(alias.prefix(255))'. An alias has up to 255 letters, digits, '_' and '-'; 'latest' and "
          + "'v' with a number are reserved")
    }
  }

  /// What happened to a model, the newest first; to all where `name` is `nil`.
  package func history(of name: String?, limit: Int) throws(TrackingError) -> [ModelEvent] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM model_history WHERE ?1 IS NULL OR model = ?1 ORDER BY id DESC LIMIT ?2",
        arguments: [name, limit]
      ).map(ModelHistory.event)
    }
  }

  /// Row number of the first entry of the history that was changed, or follows one that is gone; `nil` where none is.
  package func brokenHistory() throws(TrackingError) -> Int64? {
    try read { try ModelHistory.firstBreak($0) }
  }

  /// What an alias pointed to at a time.
  ///
  /// - Parameter time: milliseconds since 1970.
  package func version(_ name: String, alias: String, at time: Int64) throws(TrackingError) -> Int64? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT new FROM model_history WHERE model = ? AND action = 'alias_moved' AND subject = ? AND at <= ?
          ORDER BY id DESC LIMIT 1
          """, arguments: [name, alias, time]
      ).flatMap { ($0["new"] as String?).flatMap { Int64($0) } }
    }
  }
}
