import Foundation
import GRDB

extension Catalog {
  /// The secret of this home under which questions are hashed, 32 bytes.
  package func observationKey() throws(CatalogError) -> [UInt8] {
    Array(try read { try Data.fetchOne($0, sql: "SELECT key FROM observation_key") ?? Data() })
  }

  /// Adds answers and observed questions to their logs, in one commit. Questions of a collection that is gone are
  /// left out.
  package func record(
    _ answers: [AnswerRecord], questions: [(collection: String, question: ObservedQuestion)]
  ) throws(CatalogError) {
    try write { database in
      for answer in answers { try Self.insert(answer, database) }
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO observed_questions (collection, asked_at, text_hash, words, hits, top_score, score_gap,
            is_abstained, confidence, answer, text, model, vector)
          SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM collections WHERE name = ?
          """)
      for (collection, question) in questions {
        try statement.execute(arguments: [
          question.askedAt, Data(question.textHash), question.words, question.hits, question.topScore,
          question.scoreGap, question.isAbstained, question.confidence, question.answer, question.text,
          question.model, question.vector.map(Self.data), collection,
        ])
      }
    }
  }

  /// Questions of a time, the oldest first.
  ///
  /// - Complexity: O(log n + found).
  package func observedQuestions(
    ofCollection collection: Int64, from start: Double, to end: Double
  ) throws(CatalogError) -> [ObservedQuestion] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM observed_questions WHERE collection = ? AND asked_at >= ? AND asked_at < ?
          ORDER BY asked_at, id
          """, arguments: [collection, start, end]
      ).map(Self.observedQuestion)
    }
  }

  package func observedQuestion(_ id: Int64) throws(CatalogError) -> ObservedQuestion? {
    try read {
      try Row.fetchOne($0, sql: "SELECT * FROM observed_questions WHERE id = ?", arguments: [id])
        .map(Self.observedQuestion)
    }
  }

  /// Time of the oldest observed question.
  package func firstObservation(ofCollection collection: Int64) throws(CatalogError) -> Double? {
    try read {
      try Double.fetchOne(
        $0, sql: "SELECT min(asked_at) FROM observed_questions WHERE collection = ?", arguments: [collection])
    }
  }

  /// Feedback of a time on answers of a collection: how many were rated well and badly.
  package func feedbackCounts(
    ofCollection name: String, from start: Double, to end: Double
  ) throws(CatalogError) -> (up: Int, down: Int) {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT sum(f.rating = 'up') AS up, sum(f.rating = 'down') AS down
          FROM feedback f JOIN answers a ON a.id = f.answer
          WHERE a.collection = ? AND f.created_at >= ? AND f.created_at < ?
          """, arguments: [name, start, end])
      return (up: row?["up"] ?? 0, down: row?["down"] ?? 0)
    }
  }

  /// Forgets questions asked before `time`, and texts and vectors of all but `kept` of each day since.
  package func thinObservations(
    ofCollection collection: Int64, before time: Double, keptVectorsADay kept: Int
  ) throws(CatalogError) {
    try write { database in
      try database.execute(
        sql: "DELETE FROM observed_questions WHERE collection = ? AND asked_at < ?",
        arguments: [collection, time])
      // Multiplication by an odd number scatters the rows of a day evenly, and is the same every time.
      try database.execute(
        sql: """
          UPDATE observed_questions SET vector = NULL, text = NULL WHERE id IN (
            SELECT id FROM (
              SELECT id, row_number() OVER (
                PARTITION BY CAST(asked_at / 86400 AS INTEGER)
                ORDER BY (id * 2654435761) % 4294967296, id) AS place
              FROM observed_questions WHERE collection = ? AND vector IS NOT NULL)
            WHERE place > ?)
          """, arguments: [collection, kept])
    }
  }

  /// - Returns: the row number of the new baseline.
  package func add(_ baseline: DriftBaselineRecord, collection: Int64) throws(CatalogError) -> Int64 {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO drift_baselines (collection, created_at, starts_at, ends_at, content)
          VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          collection, baseline.createdAt, baseline.startsAt, baseline.endsAt, Data(baseline.content),
        ])
      return database.lastInsertedRowID
    }
  }

  /// The newest baseline of a collection.
  package func driftBaseline(ofCollection collection: Int64) throws(CatalogError) -> DriftBaselineRecord? {
    try read {
      try Row.fetchOne(
        $0, sql: "SELECT * FROM drift_baselines WHERE collection = ? ORDER BY id DESC LIMIT 1",
        arguments: [collection]
      ).map {
        DriftBaselineRecord(
          id: $0["id"], createdAt: $0["created_at"], startsAt: $0["starts_at"], endsAt: $0["ends_at"],
          content: Array($0["content"] as Data))
      }
    }
  }

  /// Keeps what was found in a window, in place of what an earlier check of the same window found.
  package func keep(_ window: DriftWindowRecord) throws(CatalogError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO drift_windows (baseline, starts_at, ends_at, checked_at, verdict, is_alarm, result)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (baseline, starts_at, ends_at) DO UPDATE SET checked_at = excluded.checked_at,
            verdict = excluded.verdict, is_alarm = excluded.is_alarm, result = excluded.result
          """,
        arguments: [
          window.baseline, window.startsAt, window.endsAt, window.checkedAt, window.verdict, window.isAlarm,
          window.result,
        ])
    }
  }

  /// The newest windows of a collection, the oldest of them first; of all its baselines.
  package func driftWindows(
    ofCollection collection: Int64, endingBy end: Double = .infinity, limit: Int
  ) throws(CatalogError) -> [DriftWindowRecord] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT w.* FROM drift_windows w JOIN drift_baselines b ON b.id = w.baseline
          WHERE b.collection = ? AND w.ends_at <= ? ORDER BY w.ends_at DESC, w.id DESC LIMIT ?
          """, arguments: [collection, min(end, .greatestFiniteMagnitude), limit]
      ).map {
        DriftWindowRecord(
          id: $0["id"], baseline: $0["baseline"], startsAt: $0["starts_at"], endsAt: $0["ends_at"],
          checkedAt: $0["checked_at"], verdict: $0["verdict"], isAlarm: $0["is_alarm"], result: $0["result"])
      }.reversed()
    }
  }

  /// Chunks of a collection, with where they are and what their documents are like, by when the documents came in.
  ///
  /// - Complexity: O(chunks).
  package func chunkOrigins(
    generation: Int64, from start: Double, to end: Double
  ) throws(CatalogError) -> [ChunkOrigin] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT c.id, c.segment, c.ordinal, c.document, c."end" - c.start AS bytes, d.id AS document_id,
            d.format, d.language, d.content_hash
          FROM chunks c JOIN documents d ON d.row = c.document
          WHERE c.generation = ? AND d.ingested_at >= ? AND d.ingested_at < ?
          ORDER BY c.segment, c.ordinal
          """, arguments: [generation, start, end]
      ).map {
        ChunkOrigin(
          id: Array($0["id"] as Data), segment: $0["segment"], ordinal: UInt32($0["ordinal"] as Int64),
          document: $0["document"], documentID: $0["document_id"], bytes: $0["bytes"],
          format: $0["format"], language: $0["language"], contentHash: Array($0["content_hash"] as Data))
      }
    }
  }

  private static func observedQuestion(_ row: Row) -> ObservedQuestion {
    ObservedQuestion(
      id: row["id"], askedAt: row["asked_at"], textHash: Array(row["text_hash"] as Data),
      words: row["words"], hits: row["hits"], topScore: row["top_score"], scoreGap: row["score_gap"],
      isAbstained: row["is_abstained"], confidence: row["confidence"], answer: row["answer"],
      text: row["text"], model: row["model"], vector: (row["vector"] as Data?).map(floats))
  }

  private static func data(_ values: [Float]) -> Data {
    values.withUnsafeBytes { Data($0) }
  }

  private static func floats(_ data: Data) -> [Float] {
    [Float](unsafeUninitializedCapacity: data.count / 4) { buffer, count in
      count = data.copyBytes(to: buffer) / 4
    }
  }
}
