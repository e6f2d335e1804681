import Storage

/// What an answerer made of one question, beside what is known to be right.
package struct AnswerOutcome: Hashable, Sendable {
  /// A reference in an answer.
  package struct Citation: Hashable, Sendable {
    package var document: String
    /// Whether the quote is exactly the source's bytes at the place that it names.
    package var isFaithful: Bool

    package init(document: String, isFaithful: Bool) {
      self.document = document
      self.isFaithful = isFaithful
    }
  }

  package var query: String
  /// Whether the documents answer it; `nil` where the set does not say.
  package var isAnswerable: Bool?
  /// Phrases any of which a right answer holds; empty where the set has none.
  package var goldAnswers: [String]
  /// Documents judged relevant; empty where none is judged.
  package var relevant: Set<DocumentPath>
  /// What would be said if nothing were held back; `nil` where nothing was found at all.
  package var text: String?
  /// Of that text.
  package var citations: [Citation]
  /// Sentences of that text, and how many of them bear a citation.
  package var sentences: Int
  package var citedSentences: Int
  /// Whether the answerer gave the text, under its own threshold.
  package var isAnswered: Bool
  /// What the threshold looks at, 0…1.
  package var confidence: Double

  package init(
    query: String, isAnswerable: Bool?, goldAnswers: [String], relevant: Set<DocumentPath>, text: String?,
    citations: [Citation], sentences: Int, citedSentences: Int, isAnswered: Bool, confidence: Double
  ) {
    self.query = query
    self.isAnswerable = isAnswerable
    self.goldAnswers = goldAnswers
    self.relevant = relevant
    self.text = text
    self.citations = citations
    self.sentences = sentences
    self.citedSentences = citedSentences
    self.isAnswered = isAnswered
    self.confidence = confidence
  }

  /// Whether the text holds a gold answer; `nil` where there is none to hold.
  package var containsGold: Bool? {
    goldAnswers.isEmpty ? nil : goldAnswers.contains { AnswerText.contains($0, in: text ?? "") }
  }

  /// Share of the citations that point at judged documents; `nil` without citations or judgements.
  package var citationPrecision: Double? {
    guard !citations.isEmpty, !relevant.isEmpty else { return nil }
    return Double(citations.count { relevant.contains(DocumentPath($0.document)) }) / Double(citations.count)
  }

  /// Share of the judged documents that are cited; `nil` without judgements.
  package var citationRecall: Double? {
    guard !relevant.isEmpty, text != nil else { return nil }
    let cited = Set(citations.map { DocumentPath($0.document) })
    return Double(relevant.count { cited.contains($0) }) / Double(relevant.count)
  }

  /// Whether giving the text would be a mistake: the question has no answer here, or the text neither holds a gold
  /// answer nor, where there is none, cites a judged document. `nil` where nothing is known.
  package var isWrong: Bool? {
    if isAnswerable == false { return true }
    if let containsGold { return !containsGold }
    return citationPrecision.map { $0 == 0 }
  }
}
