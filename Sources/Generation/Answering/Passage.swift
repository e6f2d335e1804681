import Documents

/// Evidence for an answer: a passage of some document. Where it came from is the caller's business.
package struct Passage: Hashable, Sendable {
  package var documentID: String
  package var uri: String
  /// `nil` where it is not known.
  package var format: DocumentFormat?
  package var title: String?
  package var headingPath: [String]
  /// From 1, where the format has pages.
  package var page: Int?
  /// Offset of the passage in the document's normalised text, UTF-8 bytes.
  package var start: Int
  package var text: String
  /// Column names of the table that the passage goes on with; they stand before the passage, and are no part of it.
  package var header: String?
  /// Cosine between question and passage, where it is known.
  package var denseScore: Double?

  package init(
    documentID: String, uri: String, title: String?, headingPath: [String], page: Int?, start: Int,
    text: String, denseScore: Double?, format: DocumentFormat? = nil, header: String? = nil
  ) {
    self.documentID = documentID
    self.uri = uri
    self.format = format
    self.title = title
    self.headingPath = headingPath
    self.page = page
    self.start = start
    self.text = text
    self.header = header
    self.denseScore = denseScore
  }

  /// What a reader is shown: the column names, then the passage.
  package var shownText: String { header.map { $0 + "\n" + text } ?? text }

  /// The citation of a unit of this passage.
  func citation(_ unit: EvidenceUnit, marker: Int) -> Citation {
    Citation(
      marker: marker, documentID: documentID, uri: uri, format: format, title: title,
      headingPath: headingPath,
      page: page, range: start + unit.range.lowerBound..<start + unit.range.upperBound, quote: unit.text,
      header: unit.columns)
  }
}
