import Crypto
import Foundation
import GRDB

/// Writes and checks the history of models.
enum ModelHistory {
  /// Who did what, and why.
  struct Change {
    var actor: String
    var model: String
    var action: ModelEvent.Action
    var subject: String
    var old: String?
    var new: String?
    var gate: Int64?
    var reason: String?
  }

  static func append(_ change: Change, _ database: Database) throws {
    let last = try Row.fetchOne(database, sql: "SELECT hash FROM model_history ORDER BY id DESC LIMIT 1")
    var event = ModelEvent(
      id: 0, at: TrackingStore.now, actor: change.actor, model: change.model, action: change.action,
      subject: change.subject, old: change.old, new: change.new, gate: change.gate, reason: change.reason,
      hash: [])
    event.hash = hash(event, after: last.map { Array($0["hash"] as Data) } ?? [])
    try database.execute(
      sql: """
        INSERT INTO model_history (at, actor, model, action, subject, old, new, gate, reason, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        event.at, event.actor, event.model, event.action.rawValue, event.subject, event.old, event.new,
        event.gate,
        event.reason, Data(event.hash),
      ])
  }

  /// - Parameter before: hash of the entry before; empty for the first.
  private static func hash(_ event: ModelEvent, after before: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: before)
    // Lengths part the fields, so that no two entries read alike.
    for field in [
      String(event.at), event.actor, event.model, event.action.rawValue, event.subject, event.old, event.new,
      event.gate.map(String.init), event.reason,
    ] {
      hash.update(data: Data("\(field.map { String($0.utf8.count) } ?? "-"):\(field ?? "")".utf8))
    }
    return Array(hash.finalize())
  }

  static func event(_ row: Row) -> ModelEvent {
    ModelEvent(
      id: row["id"], at: row["at"], actor: row["actor"], model: row["model"],
      action: ModelEvent.Action(rawValue: row["action"]) ?? .created, subject: row["subject"],
      old: row["old"],
      new: row["new"], gate: row["gate"], reason: row["reason"], hash: Array(row["hash"] as Data))
  }

  /// Row number of the first entry that does not follow from the one before; `nil` where all do.
  ///
  /// - Complexity: O(entries).
  static func firstBreak(_ database: Database) throws -> Int64? {
    var before: [UInt8] = []
    let cursor = try Row.fetchCursor(database, sql: "SELECT * FROM model_history ORDER BY id")
    while let row = try cursor.next() {
      let event = event(row)
      if hash(event, after: before) != event.hash { return event.id }
      before = event.hash
    }
    return nil
  }
}
