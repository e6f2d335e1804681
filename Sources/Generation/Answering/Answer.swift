import Documents

/// A reference from an answer to the bytes that support it.
package struct Citation: Hashable, Sendable {
  /// The number in `[1]`.
  package var marker: Int
  package var documentID: String
  package var uri: String
  package var format: DocumentFormat?
  package var title: String?
  package var headingPath: [String]
  /// The quote's own where `place` is known, else the passage's first.
  package var page: Int?
  /// UTF-8 byte range in the document's normalised text.
  package var range: Range<Int>
  /// Exactly those bytes.
  package var quote: String
  /// Column names of the table that the quote is a row of, where they are known; no part of `range`.
  package var header: String?
  /// Where the quote stands in its source; whoever knows the documents fills it in.
  package var place: SourcePlace?
}

/// A sentence that a language model wrote, checked against what it cites.
package struct CheckedSentence: Hashable, Sendable {
  package var text: String
  package var markers: [Int]
  /// How well the cited bytes support it, 0…1; 0 where it cites nothing.
  package var support: Double
  package var isSupported: Bool
}

/// An answer with its evidence, or the reason why there is none.
package struct Answer: Hashable, Sendable {
  /// Why no answer was given.
  package enum Abstention: String, Codable, Sendable {
    /// Nothing was found at all.
    case noEvidence = "no_evidence"
    /// What was found does not answer the question well enough.
    case weakEvidence = "weak_evidence"
    /// The language model says that the passages do not answer the question.
    case modelDeclined = "model_declined"
  }

  /// Text with markers such as `[1]`; `nil` when the answerer abstained.
  package var text: String?
  package var abstention: Abstention?
  /// By marker.
  package var citations: [Citation]
  /// How sure the evidence is, 0…1; abstention compares it with a threshold.
  package var confidence: Double
  /// Sentences of a language model with their support; empty for an extract, which is its own support.
  package var sentences: [CheckedSentence] = []
  /// Who wrote it, for lineage.
  package var answerer: String
  /// The prompt that led to it; `nil` for an extract.
  package var prompt: PromptIdentity?
  package var finish: ModelFinish?
  /// What was done otherwise than asked: `llm_unavailable`, `llm_interrupted`.
  package var degraded: String?
  /// In words, why.
  package var degradation: String?

  package init(
    text: String?, abstention: Abstention?, citations: [Citation], confidence: Double, answerer: String = ""
  ) {
    self.text = text
    self.abstention = abstention
    self.citations = citations
    self.confidence = confidence
    self.answerer = answerer
  }
}
