import Foundation
import GRDB

extension Catalog {
  /// Adds a job.
  ///
  /// - Returns: the job that is there already under the same owner and idempotency key, else `job`.
  package func add(_ job: JobRecord) throws(CatalogError) -> JobRecord {
    try write { database in
      if let key = job.idempotencyKey,
        let known = try Row.fetchOne(
          database, sql: "SELECT * FROM jobs WHERE owner = ? AND idempotency_key = ?",
          arguments: [job.owner, key])
      {
        return Self.job(known)
      }
      try database.execute(
        sql: """
          INSERT INTO jobs (id, kind, collection, owner, state, request, idempotency_key, request_hash, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          job.id, job.kind, job.collection, job.owner, job.state.rawValue, job.request, job.idempotencyKey,
          Data(job.requestHash), job.createdAt,
        ])
      return job
    }
  }

  package func job(_ id: String) throws(CatalogError) -> JobRecord? {
    try read { try Row.fetchOne($0, sql: "SELECT * FROM jobs WHERE id = ?", arguments: [id]).map(Self.job) }
  }

  /// The newest jobs first.
  package func jobs(limit: Int) throws(CatalogError) -> [JobRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM jobs ORDER BY created_at DESC, id LIMIT ?", arguments: [limit]
      ).map(Self.job)
    }
  }

  /// Jobs that are not done, the oldest first: what a server goes on with when it starts.
  package func unfinishedJobs() throws(CatalogError) -> [JobRecord] {
    try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM jobs WHERE state IN ('queued', 'running') ORDER BY created_at, id"
      ).map(Self.job)
    }
  }

  package func updateJob(_ id: String, state: JobRecord.State, report: String?) throws(CatalogError) {
    let now = Date().timeIntervalSince1970
    try write { database in
      try database.execute(
        sql: """
          UPDATE jobs SET state = ?1, report = coalesce(?2, report),
            started_at = CASE WHEN ?1 = 'running' THEN ?3 ELSE started_at END,
            ended_at = CASE WHEN ?1 IN ('done', 'failed') THEN ?3 ELSE ended_at END
          WHERE id = ?4
          """, arguments: [state.rawValue, report, now, id])
    }
  }

  private static func job(_ row: Row) -> JobRecord {
    var job = JobRecord(
      id: row["id"], kind: row["kind"], collection: row["collection"], owner: row["owner"],
      request: row["request"], idempotencyKey: row["idempotency_key"],
      requestHash: Array(row["request_hash"] as Data), createdAt: row["created_at"])
    job.state = JobRecord.State(rawValue: row["state"]) ?? .failed
    job.report = row["report"]
    job.startedAt = row["started_at"]
    job.endedAt = row["ended_at"]
    return job
  }
}
