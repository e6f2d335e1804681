/// A question that was asked, as far as drift needs it. Text and vector are there only where they may be kept.
package struct ObservedQuestion: Hashable, Sendable {
  /// Row number; 0 before it is stored.
  package var id: Int64
  /// Seconds since 1970.
  package var askedAt: Double
  /// Tells equal questions, and nobody's text: HMAC-SHA-256 under a key of this home.
  package var textHash: [UInt8]
  package var words: Int
  /// Passages that were found.
  package var hits: Int
  /// Cosine of the nearest passage found; `nil` where vectors were not asked.
  package var topScore: Double?
  /// What the second is behind.
  package var scoreGap: Double?
  /// `nil` for a search, which has no answer.
  package var isAbstained: Bool?
  package var confidence: Double?
  /// Its row of the answer log.
  package var answer: String?
  package var text: String?
  /// Hash of the weights that made `vector`.
  package var model: String?
  /// Shape `[dimension]`.
  package var vector: [Float]?

  package init(
    id: Int64 = 0, askedAt: Double, textHash: [UInt8], words: Int, hits: Int, topScore: Double?,
    scoreGap: Double?, isAbstained: Bool? = nil, confidence: Double? = nil, answer: String? = nil,
    text: String? = nil, model: String? = nil, vector: [Float]? = nil
  ) {
    self.id = id
    self.askedAt = askedAt
    self.textHash = textHash
    self.words = words
    self.hits = hits
    self.topScore = topScore
    self.scoreGap = scoreGap
    self.isAbstained = isAbstained
    self.confidence = confidence
    self.answer = answer
    self.text = text
    self.model = model
    self.vector = vector
  }
}

/// What later windows are compared with.
package struct DriftBaselineRecord: Hashable, Sendable {
  /// Row number; 0 before it is stored.
  package var id: Int64
  /// Seconds since 1970, as all times here.
  package var createdAt: Double
  /// Questions from here …
  package var startsAt: Double
  /// … to before here belong to it.
  package var endsAt: Double
  /// Its type is the service's.
  package var content: [UInt8]

  package init(id: Int64 = 0, createdAt: Double, startsAt: Double, endsAt: Double, content: [UInt8]) {
    self.id = id
    self.createdAt = createdAt
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.content = content
  }
}

/// What was found in a window of time.
package struct DriftWindowRecord: Hashable, Sendable {
  package var id: Int64
  package var baseline: Int64
  package var startsAt: Double
  package var endsAt: Double
  package var checkedAt: Double
  package var verdict: String
  package var isAlarm: Bool
  /// JSON; its type is the service's.
  package var result: String

  package init(
    id: Int64 = 0, baseline: Int64, startsAt: Double, endsAt: Double, checkedAt: Double, verdict: String,
    isAlarm: Bool, result: String
  ) {
    self.id = id
    self.baseline = baseline
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.checkedAt = checkedAt
    self.verdict = verdict
    self.isAlarm = isAlarm
    self.result = result
  }
}

/// A chunk with where it is, and what its document is like.
package struct ChunkOrigin: Hashable, Sendable {
  /// 16 bytes.
  package var id: [UInt8]
  /// Segment number.
  package var segment: Int
  package var ordinal: UInt32
  /// Row number.
  package var document: Int64
  package var documentID: String
  /// Length of its text.
  package var bytes: Int
  package var format: String
  package var language: String?
  package var contentHash: [UInt8]
}
