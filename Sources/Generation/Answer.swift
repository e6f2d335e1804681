/// A reference from an answer to the bytes that support it.
package struct Citation: Hashable, Sendable {
  /// The number in `[1]`.
  package var marker: Int
  package var documentID: String
  package var uri: String
  package var title: String?
  package var headingPath: [String]
  package var page: Int?
  /// UTF-8 byte range in the document's normalised text.
  package var range: Range<Int>
  /// Exactly those bytes.
  package var quote: String
}

/// An answer with its evidence, or the reason why there is none.
package struct Answer: Hashable, Sendable {
  /// Why no answer was given.
  package enum Abstention: String, Codable, Sendable {
    /// Nothing was found at all.
    case noEvidence = "no_evidence"
    /// What was found does not answer the question well enough.
    case weakEvidence = "weak_evidence"
  }

  /// Text with markers such as `[1]`; `nil` when the answerer abstained.
  package var text: String?
  package var abstention: Abstention?
  /// By marker.
  package var citations: [Citation]
  /// How sure the evidence is, 0…1; abstention compares it with a threshold.
  package var confidence: Double

  package init(text: String?, abstention: Abstention?, citations: [Citation], confidence: Double) {
    self.text = text
    self.abstention = abstention
    self.citations = citations
    self.confidence = confidence
  }
}
