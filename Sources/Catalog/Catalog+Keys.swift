import Foundation
import GRDB

extension Catalog {
  package func add(_ key: KeyRecord) throws(CatalogError) {
    let labels = (try? key.labels.map { try Self.json($0) } ?? "*") ?? "[]"
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO api_keys (id, name, hash, scopes, labels, rate_limit, created_at, expires_at, revoked_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          key.id, key.name, Data(key.hash), key.scopes.sorted().map(\.rawValue).joined(separator: ","),
          labels,
          key.rateLimit, key.createdAt, key.expiresAt, key.revokedAt,
        ])
    }
  }

  /// All keys, revoked ones too, the oldest first.
  package func keys() throws(CatalogError) -> [KeyRecord] {
    try read { try Row.fetchAll($0, sql: "SELECT * FROM api_keys ORDER BY created_at, id").map(Self.key) }
  }

  package func key(_ id: String) throws(CatalogError) -> KeyRecord? {
    try read {
      try Row.fetchOne($0, sql: "SELECT * FROM api_keys WHERE id = ?", arguments: [id]).map(Self.key)
    }
  }

  /// - Returns: whether there was such a key that was not revoked yet.
  package func revokeKey(_ id: String) throws(CatalogError) -> Bool {
    try write { database in
      try database.execute(
        sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
        arguments: [Date().timeIntervalSince1970, id])
      return database.changesCount > 0
    }
  }

  private static func key(_ row: Row) -> KeyRecord {
    let labels: String = row["labels"]
    let scopes = (row["scopes"] as String).split(separator: ",").compactMap { KeyScope(rawValue: String($0)) }
    return KeyRecord(
      id: row["id"], name: row["name"], hash: Array(row["hash"] as Data), scopes: Set(scopes),
      // What cannot be read sees nothing but what everybody sees.
      labels: labels == "*" ? nil : (try? JSONDecoder().decode([String].self, from: Data(labels.utf8))) ?? [],
      rateLimit: row["rate_limit"], createdAt: row["created_at"], expiresAt: row["expires_at"],
      revokedAt: row["revoked_at"])
  }
}

extension Catalog {
  package func add(_ feedback: FeedbackRecord) throws(CatalogError) {
    try write { database in
      try database.execute(
        sql: "INSERT INTO feedback (answer, key, rating, comment, created_at) VALUES (?, ?, ?, ?, ?)",
        arguments: [feedback.answer, feedback.key, feedback.rating, feedback.comment, feedback.createdAt])
    }
  }

  /// All feedback on an answer, the oldest first.
  package func feedback(on answer: String) throws(CatalogError) -> [FeedbackRecord] {
    try read {
      try Row.fetchAll($0, sql: "SELECT * FROM feedback WHERE answer = ? ORDER BY id", arguments: [answer])
        .map {
          FeedbackRecord(
            answer: $0["answer"], key: $0["key"], rating: $0["rating"], comment: $0["comment"],
            createdAt: $0["created_at"])
        }
    }
  }
}
