/// Work that a server does after it has answered: an upload on its way into a collection.
package struct JobRecord: Hashable, Sendable {
  package enum State: String, Codable, Sendable {
    case queued, running, done, failed
  }

  package var id: String
  package var kind: String
  package var collection: String
  /// Key that asked for it; empty where there are no keys.
  package var owner: String
  package var state: State
  /// JSON; its type is the service's.
  package var request: String
  /// Given by the caller: the same key and request is the same job.
  package var idempotencyKey: String?
  package var requestHash: [UInt8]
  /// JSON: what was done, or what went wrong.
  package var report: String?
  /// Seconds since 1970, as all times here.
  package var createdAt: Double
  package var startedAt: Double?
  package var endedAt: Double?

  package init(
    id: String, kind: String, collection: String, owner: String, request: String, idempotencyKey: String?,
    requestHash: [UInt8], createdAt: Double
  ) {
    self.id = id
    self.kind = kind
    self.collection = collection
    self.owner = owner
    state = .queued
    self.request = request
    self.idempotencyKey = idempotencyKey
    self.requestHash = requestHash
    self.createdAt = createdAt
  }
}

/// What a client may do.
package enum KeyScope: String, Codable, CaseIterable, Comparable, Sendable {
  case query, ingest, admin

  package static func < (a: KeyScope, b: KeyScope) -> Bool { a.rawValue < b.rawValue }
}

/// A client's key. The secret itself is kept nowhere.
package struct KeyRecord: Hashable, Sendable {
  package var id: String
  package var name: String
  /// SHA-256 of the secret, which is random and long: it needs no slow hash.
  package var hash: [UInt8]
  package var scopes: Set<KeyScope>
  /// Access labels; `nil` sees everything.
  package var labels: [String]?
  /// Requests a minute; `nil` leaves it to the server.
  package var rateLimit: Int?
  package var createdAt: Double
  package var expiresAt: Double?
  package var revokedAt: Double?

  package init(
    id: String, name: String, hash: [UInt8], scopes: Set<KeyScope>, labels: [String]?, rateLimit: Int?,
    createdAt: Double, expiresAt: Double?, revokedAt: Double? = nil
  ) {
    self.id = id
    self.name = name
    self.hash = hash
    self.scopes = scopes
    self.labels = labels
    self.rateLimit = rateLimit
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.revokedAt = revokedAt
  }
}

/// What a reader thought of an answer.
package struct FeedbackRecord: Hashable, Sendable {
  package var answer: String
  package var key: String
  /// `up` or `down`.
  package var rating: String
  package var comment: String?
  package var createdAt: Double

  package init(answer: String, key: String, rating: String, comment: String?, createdAt: Double) {
    self.answer = answer
    self.key = key
    self.rating = rating
    self.comment = comment
    self.createdAt = createdAt
  }
}
