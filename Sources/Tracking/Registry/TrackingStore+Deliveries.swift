import GRDB

extension TrackingStore {
  /// An entry of the history that is due at a webhook.
  package struct DueDelivery: Sendable, Hashable {
    package var event: ModelEvent
    /// From 1.
    package var attempt: Int
  }

  /// The oldest entry that nobody has taken yet, once its time has come: after a failure twice as long as before, from a
  /// second to five minutes. What happened before the first look is not told.
  ///
  /// - Parameter now: seconds since 1970.
  package func nextDelivery(now: Double, attemptLimit: Int) throws(TrackingError) -> DueDelivery? {
    let isFirst = try read {
      try Bool.fetchOne($0, sql: "SELECT NOT EXISTS (SELECT 1 FROM webhook_deliveries)")
    }
    if isFirst == true {
      try write { database in
        try database.execute(
          sql: """
            INSERT INTO webhook_deliveries (event, attempt, at, status)
            SELECT coalesce(max(id), 0), 0, ?, 200 FROM model_history
            """, arguments: [now])
      }
      return nil
    }
    return try read { database in
      let done =
        try Int64.fetchOne(
          database,
          sql: """
            SELECT max(event) FROM webhook_deliveries WHERE status BETWEEN 200 AND 299 OR attempt >= ?
            """, arguments: [attemptLimit]) ?? 0
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT * FROM model_history WHERE id > ? ORDER BY id LIMIT 1", arguments: [done])
      else { return nil }
      let event = ModelHistory.event(row)
      let tried = try Row.fetchOne(
        database,
        sql: "SELECT attempt, at FROM webhook_deliveries WHERE event = ? ORDER BY attempt DESC LIMIT 1",
        arguments: [event.id])
      guard let tried else { return DueDelivery(event: event, attempt: 1) }
      let attempt: Int = tried["attempt"]
      let wait = min(300, Double(1 << min(20, attempt)) / 2)
      return now >= (tried["at"] as Double) + wait ? DueDelivery(event: event, attempt: attempt + 1) : nil
    }
  }

  /// - Parameter status: HTTP status; `nil` where nobody answered.
  package func noteDelivery(
    of event: Int64, attempt: Int, at time: Double, status: Int?, problem: String?
  ) throws(TrackingError) {
    try write { database in
      try database.execute(
        sql:
          "INSERT OR REPLACE INTO webhook_deliveries (event, attempt, at, status, problem) VALUES (?, ?, ?, ?, ?)",
        arguments: [event, attempt, time, status, problem])
    }
  }

  /// One try to tell of an entry.
  package struct DeliveryRecord: Sendable, Hashable {
    package var event: Int64
    package var attempt: Int
    /// Seconds since 1970.
    package var at: Double
    package var status: Int?
    package var problem: String?
  }

  /// What was tried, the newest first.
  package func deliveries(limit: Int) throws(TrackingError) -> [DeliveryRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT * FROM webhook_deliveries WHERE attempt > 0 ORDER BY event DESC, attempt DESC LIMIT ?",
        arguments: [limit]
      ).map {
        DeliveryRecord(
          event: $0["event"], attempt: $0["attempt"], at: $0["at"], status: $0["status"],
          problem: $0["problem"])
      }
    }
  }
}
