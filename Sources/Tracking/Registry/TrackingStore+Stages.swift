import GRDB

extension TrackingStore {
  /// Moves a version to a stage, as clients of MLflow before aliases do.
  ///
  /// `Production` and `Staging` are the aliases `production` and `staging`, so that a stage holds one version and its
  /// moves are in the history. `Archived` is a mark that shows while neither alias points there.
  ///
  /// - Parameter archives: mark the version that was in that stage as archived; else it has no stage from then on.
  /// - Throws: `.missing` for the version; `.invalid` where `archives` is set for a stage without an alias.
  package func setStage(
    _ name: String, _ number: Int64, to stage: ModelStage, archives: Bool, actor: String
  ) throws(TrackingError) -> ModelVersion {
    if archives, stage.alias == nil {
      throw TrackingError(
        .invalid,
        "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not an "
          + "Active stage. Valid stages are Staging, Production")
    }
    return try write { database in
      let reason = "stage \(stage.rawValue)"
      let version = try Self.version(name, number, database)
      func mark(_ number: Int64, isArchived: Bool) throws {
        try database.execute(
          sql: "UPDATE model_versions SET is_archived = ?, updated_at = ? WHERE model = ? AND version = ?",
          arguments: [isArchived, Self.now, name, number])
      }
      func tell(_ number: Int64, from old: ModelStage, to new: ModelStage) throws {
        try ModelHistory.append(
          .init(
            actor: actor, model: name, action: .stageMoved, subject: String(number), old: old.rawValue,
            new: new.rawValue), database)
      }
      for alias in [ModelStage.production, .staging].filter({ $0 != stage }).compactMap(\.alias)
      where version.aliases.contains(alias) {
        try Self.move(alias, of: name, from: number, to: nil, actor: actor, reason: reason, database)
      }
      try mark(number, isArchived: stage == .archived)
      if let alias = stage.alias {
        let old = try Self.aliased(alias, name, database)
        if old != number {
          if archives, let old {
            try mark(old, isArchived: true)
            try tell(old, from: stage, to: .archived)
          }
          try Self.move(alias, of: name, from: old, to: number, actor: actor, reason: reason, database)
        }
      } else {
        try tell(number, from: version.stage, to: stage)
      }
      return try Self.version(name, number, database)
    }
  }
}
