import Crypto
import Foundation
import GRDB
import Storage

extension TrackingStore {
  /// Writes down what a gate found, with an entry in the history that holds the record's hash.
  ///
  /// - Throws: `.missing` for the version.
  package func recordGate(_ entry: ModelGateEntry) throws(TrackingError) -> Int64 {
    try write { database in
      _ = try Self.version(entry.model, entry.version, database)
      try database.execute(
        sql: """
          INSERT INTO model_gates (at, actor, model, version, alias, champion, digest, data_digest, is_passed, record)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Self.now, entry.actor, entry.model, entry.version, entry.alias, entry.champion, Data(entry.digest),
          entry.dataDigest, entry.isPassed, entry.record,
        ])
      let id = database.lastInsertedRowID
      try ModelHistory.append(
        .init(
          actor: entry.actor, model: entry.model, action: .gated, subject: String(entry.version),
          new: entry.isPassed ? "passed" : "failed", gate: id, reason: Self.hash(of: entry.record)), database)
      return id
    }
  }

  private static func hash(of record: String) -> String {
    Hex.string(SHA256.hash(data: Data(record.utf8)))
  }

  /// Gates of a model, the newest first; of one version where it is given.
  package func gates(of model: String, version: Int64? = nil, limit: Int) throws(TrackingError)
    -> [ModelGateEntry]
  {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM model_gates WHERE model = ? AND (? IS NULL OR version = ?) ORDER BY id DESC LIMIT ?
          """, arguments: [model, version, version, limit]
      ).map(Self.gate)
    }
  }

  private static func gate(_ row: Row) -> ModelGateEntry {
    ModelGateEntry(
      id: row["id"], at: row["at"], actor: row["actor"], model: row["model"], version: row["version"],
      alias: row["alias"], champion: row["champion"], digest: Array(row["digest"] as Data),
      dataDigest: row["data_digest"], isPassed: row["is_passed"], record: row["record"])
  }

  /// How many gates have looked at a held-out file.
  package func gates(onData digest: String) throws(TrackingError) -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT count(*) FROM model_gates WHERE data_digest = ?", arguments: [digest]) ?? 0
    }
  }

  /// Gates whose record is not the one that the history names.
  package func changedGates() throws(TrackingError) -> [Int64] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT h.gate AS id, h.reason AS hash, g.record AS record FROM model_history h
          LEFT JOIN model_gates g ON g.id = h.gate WHERE h.action = 'gated' ORDER BY h.gate
          """
      ).compactMap { row in
        let record: String? = row["record"]
        return record.map(Self.hash) == (row["hash"] as String?) ? nil : row["id"]
      }
    }
  }

  /// Says that somebody has looked at a version and wants it to serve.
  ///
  /// - Throws: `.missing`; `.invalid` for whoever made the version.
  package func approve(_ name: String, _ number: Int64, actor: String, reason: String?) throws(TrackingError)
  {
    try write { database in
      let version = try Self.version(name, number, database)
      guard version.user != actor else {
        throw TrackingError(
          .invalid, "\(actor) made version \(number) of '\(name)': somebody else must approve it")
      }
      try ModelHistory.append(
        .init(actor: actor, model: name, action: .approved, subject: String(number), reason: reason), database
      )
    }
  }

  /// Who approved a version.
  package func approvals(of name: String, _ number: Int64) throws(TrackingError) -> Set<String> {
    Set(
      try history(of: name, limit: 100_000).filter { $0.action == .approved && $0.subject == String(number) }
        .map(\.actor))
  }

  /// Points an alias to a version that its newest gate let through.
  ///
  /// - Returns: the gate.
  /// - Throws: `.invalid` where there is no gate for the alias, the newest one failed, or the files are others by now;
  ///   `.conflict` where the alias points to another version than the gate compared with.
  package func promote(
    _ name: String, _ number: Int64, alias: String, actor: String, reason: String?
  ) throws(TrackingError) -> ModelGateEntry {
    let version = try version(name, number)
    guard let gate = try gates(of: name, version: number, limit: 1000).first(where: { $0.alias == alias })
    else {
      throw TrackingError(
        .invalid,
        "version \(number) of '\(name)' has passed no gate for '\(alias)': run 'rag models gate' first")
    }
    guard gate.isPassed else {
      throw TrackingError(.invalid, "gate \(gate.id) did not let version \(number) of '\(name)' through")
    }
    guard gate.digest == version.digest else {
      throw TrackingError(
        .invalid, "the files of version \(number) of '\(name)' are not those that gate \(gate.id) judged")
    }
    guard try !changedGates().contains(gate.id) else {
      throw TrackingError(.damaged, "the record of gate \(gate.id) is not what the history names")
    }
    try setAlias(
      alias, of: name, to: number, expecting: gate.champion.map { .version($0) } ?? .nothing, actor: actor,
      gate: gate.id, reason: reason)
    return gate
  }

  // MARK: Servers

  /// Notes that a server has loaded a version.
  package func noteLoaded(_ name: String, _ number: Int64, by server: String) throws(TrackingError) {
    try write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO model_servers (server, model, version, loaded_at) VALUES (?, ?, ?, ?)",
        arguments: [server, name, number, Date().timeIntervalSince1970])
    }
  }

  /// Forgets what a server has loaded.
  package func forgetServer(_ server: String) throws(TrackingError) {
    try write { database in
      try database.execute(sql: "DELETE FROM model_servers WHERE server = ?", arguments: [server])
    }
  }

  /// Servers that have loaded a version.
  package func servers(of name: String, _ number: Int64) throws(TrackingError) -> [String] {
    try read { database in
      try String.fetchAll(
        database, sql: "SELECT server FROM model_servers WHERE model = ? AND version = ? ORDER BY server",
        arguments: [name, number])
    }
  }
}
