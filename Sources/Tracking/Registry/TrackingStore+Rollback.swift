import GRDB

extension TrackingStore {
  /// Where a rollback of an alias would lead: what it pointed to before, and is still there.
  package struct RollbackTarget: Sendable, Hashable {
    package var from: Int64
    package var to: ModelVersion
  }

  /// The version that the alias pointed to before its present one.
  ///
  /// - Throws: `.invalid` where the alias is not set; `.missing` where nothing came before that is still there.
  package func rollbackTarget(of name: String, alias: String) throws(TrackingError) -> RollbackTarget {
    let now = try version(name, alias: alias).version
    let moves = try history(of: name, limit: 100_000).filter {
      $0.action == .aliasMoved && $0.subject == alias
    }
    for move in moves {
      guard let old = move.old.flatMap({ Int64($0) }), old != now, move.new == String(now) || move.new == nil,
        let found = try? version(name, old)
      else { continue }
      return RollbackTarget(from: now, to: found)
    }
    throw TrackingError(
      .missing, "'\(alias)' of '\(name)' pointed to nothing before version \(now) that is still there")
  }

  /// Checks that the files of a version are those that were registered.
  ///
  /// - Throws: `.damaged` with what is wrong; `.invalid` where they are not in this store.
  /// - Complexity: O(bytes).
  package func verifyFiles(of version: ModelVersion) throws(TrackingError) {
    guard let path = Self.storePath(version.location), let digest = version.digest else {
      throw TrackingError(
        .invalid,
        "the files of '\(version.model)' version \(version.version) are not in this store: \(version.location)"
      )
    }
    guard try artifacts.digest(path) == digest else {
      throw TrackingError(
        .damaged,
        "files of '\(version.model)' version \(version.version) were changed, added or removed since it was registered"
      )
    }
    let damaged = try artifacts.damaged(under: path)
    guard damaged.isEmpty else {
      throw TrackingError(
        .damaged,
        "'\(version.model)' version \(version.version): bytes are not what was stored: \(damaged.prefix(5).joined(separator: ", "))"
      )
    }
  }

  /// Points an alias back to what it pointed to before, once the files of that are found whole.
  ///
  /// - Throws: as `rollbackTarget`, `verifyFiles` and `setAlias`; nothing is moved then.
  package func rollBack(
    _ name: String, alias: String, actor: String, reason: String?
  ) throws(TrackingError) -> RollbackTarget {
    let target = try rollbackTarget(of: name, alias: alias)
    if target.to.digest != nil { try verifyFiles(of: target.to) }
    try setAlias(
      alias, of: name, to: target.to.version, expecting: .version(target.from), actor: actor,
      reason: reason ?? "rollback")
    return target
  }

  /// What a collection of garbage took away.
  package struct Collected: Sendable, Hashable {
    /// Folders of files of deleted runs, logged models and versions.
    package var places: [String] = []
    package var freedBytes = 0
  }

  /// Removes the files of what was deleted, and bytes that nothing names. What an alias points to or pointed to last stays,
  /// what a living version was made to replace, and what a living version, run or logged model has its files from.
  ///
  /// - Parameters:
  ///   - dryRun: tell what would go.
  ///   - age: of bytes that may go, seconds.
  package func collectGarbage(dryRun: Bool, olderThan age: Double = 3600) throws(TrackingError) -> Collected {
    let (dead, kept) = try read { database in
      let dead = try String.fetchAll(
        database,
        sql: """
          SELECT artifact_uri FROM runs WHERE is_deleted = 1
          UNION SELECT artifact_uri FROM logged_models WHERE is_deleted = 1
          UNION SELECT location FROM model_versions WHERE is_deleted = 1
          """)
      let kept = try String.fetchAll(
        database,
        sql: """
          SELECT artifact_uri FROM runs WHERE is_deleted = 0
          UNION SELECT artifact_uri FROM logged_models WHERE is_deleted = 0
          UNION SELECT location FROM model_versions WHERE is_deleted = 0
          UNION SELECT v.location FROM model_versions v JOIN model_history h ON h.model = v.model
            AND h.action = 'alias_moved' AND (h.old = CAST(v.version AS TEXT) OR h.new = CAST(v.version AS TEXT))
            WHERE h.id IN (SELECT max(id) FROM model_history WHERE action = 'alias_moved' GROUP BY model, subject)
          UNION SELECT v.location FROM model_versions v
            JOIN run_models m ON m.model = v.logged_model AND m.is_output = 0
            JOIN runs r ON r.row = m.run
            JOIN model_versions c ON c.run = r.id AND c.is_deleted = 0
          """)
      return (dead, kept)
    }
    let living = kept.compactMap(Self.storePath)
    var collected = Collected()
    for path in dead.compactMap(Self.storePath).sorted()
    where !collected.places.contains(where: { path.hasPrefix($0 + "/") }) {
      // A kept place inside keeps all; one around it keeps this unless it was deleted by itself.
      let isKept = living.contains { $0 == path || $0.hasPrefix(path + "/") }
      if isKept { continue }
      if try artifacts.files(under: path).isEmpty { continue }
      collected.places.append(path)
      if !dryRun { try artifacts.delete(path) }
    }
    if !dryRun { collected.freedBytes = try artifacts.collectGarbage(olderThan: age) }
    return collected
  }
}
