/// A name under which versions of a model are known.
package struct RegisteredModel: Sendable, Hashable {
  package var name: String
  package var description: String
  package var createdAt: Int64
  package var updatedAt: Int64
  package var tags: [String: String]
  /// Version by alias.
  package var aliases: [String: Int64]
  /// The newest version of each stage.
  package var latest: [ModelVersion]
}

/// What clients of MLflow before aliases know of a version: a view over aliases.
package enum ModelStage: String, Sendable, CaseIterable {
  case none = "None"
  case staging = "Staging"
  case production = "Production"
  case archived = "Archived"

  /// That gives a version this stage.
  package var alias: String? {
    switch self {
    case .production, .staging: rawValue.lowercased()
    case .none, .archived: nil
    }
  }

  /// In any letter case.
  package init?(anyCase text: String) {
    guard let stage = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
      return nil
    }
    self = stage
  }
}

/// One version of a registered model; its number is never used again.
package struct ModelVersion: Sendable, Hashable {
  package var model: String
  package var version: Int64
  package var description: String
  /// As it was given: `models:/m-…`, `runs:/…`, `mlflow-artifacts:/…`.
  package var source: String
  /// Where its files are.
  package var location: String
  /// SHA-256 of names and bytes of its files when it was registered; `nil` where they are not in this store.
  package var digest: [UInt8]?
  package var run: String?
  package var runLink: String?
  package var loggedModel: String?
  package var stage: ModelStage
  package var user: String
  package var createdAt: Int64
  package var updatedAt: Int64
  package var tags: [String: String]
  package var aliases: [String]
}

/// One change of a model: append-only, and chained by hashes, so that a changed or missing entry is found.
package struct ModelEvent: Sendable, Hashable {
  package enum Action: String, Sendable {
    case created, deleted, renamed
    case versionCreated = "version_created"
    case versionDeleted = "version_deleted"
    case aliasMoved = "alias_moved"
    case stageMoved = "stage_moved"
    case gated, approved
  }

  package var id: Int64
  /// Milliseconds since 1970.
  package var at: Int64
  package var actor: String
  package var model: String
  package var action: Action
  /// Alias or version that it is about.
  package var subject: String
  package var old: String?
  package var new: String?
  /// Row number of the gate that allowed it.
  package var gate: Int64?
  package var reason: String?
  /// SHA-256 of the entry before and this one.
  package var hash: [UInt8]
}

/// What a gate found of a version: never changed, and named in the history with its hash.
package struct ModelGateEntry: Sendable, Hashable {
  package var id: Int64
  /// Milliseconds since 1970.
  package var at: Int64
  package var actor: String
  package var model: String
  package var version: Int64
  /// That the version wants to serve under.
  package var alias: String
  /// What the alias pointed to.
  package var champion: Int64?
  /// Of the version's files.
  package var digest: [UInt8]
  /// SHA-256 of the held-out file.
  package var dataDigest: String
  package var isPassed: Bool
  /// All that was found, JSON.
  package var record: String

  package init(
    id: Int64 = 0, at: Int64 = 0, actor: String, model: String, version: Int64, alias: String,
    champion: Int64?,
    digest: [UInt8], dataDigest: String, isPassed: Bool, record: String
  ) {
    self.id = id
    self.at = at
    self.actor = actor
    self.model = model
    self.version = version
    self.alias = alias
    self.champion = champion
    self.digest = digest
    self.dataDigest = dataDigest
    self.isPassed = isPassed
    self.record = record
  }
}
