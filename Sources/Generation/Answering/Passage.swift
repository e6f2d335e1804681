/// Evidence for an answer: a passage of some document. Where it came from is the caller's business.
package struct Passage: Hashable, Sendable {
  package var documentID: String
  package var uri: String
  package var title: String?
  package var headingPath: [String]
  /// From 1, where the format has pages.
  package var page: Int?
  /// Offset of the passage in the document's normalised text, UTF-8 bytes.
  package var start: Int
  package var text: String
  /// Cosine between question and passage, where it is known.
  package var denseScore: Double?

  package init(
    documentID: String, uri: String, title: String?, headingPath: [String], page: Int?, start: Int,
    text: String, denseScore: Double?
  ) {
    self.documentID = documentID
    self.uri = uri
    self.title = title
    self.headingPath = headingPath
    self.page = page
    self.start = start
    self.text = text
    self.denseScore = denseScore
  }
}
