import GRDB

extension Catalog {
  /// Adds an answer to the log.
  package func record(_ answer: AnswerRecord) throws(CatalogError) { try record([answer], questions: []) }

  static func insert(_ answer: AnswerRecord, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO answers (id, collection, question, lineage, details, created_at)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        answer.id, answer.collection, answer.question, answer.lineage, answer.details, answer.createdAt,
      ])
  }

  package func answer(_ id: String) throws(CatalogError) -> AnswerRecord? {
    try read {
      try Row.fetchOne($0, sql: "SELECT * FROM answers WHERE id = ?", arguments: [id]).map { row in
        AnswerRecord(
          id: row["id"], collection: row["collection"], question: row["question"],
          lineage: row["lineage"], details: row["details"], createdAt: row["created_at"])
      }
    }
  }
}
