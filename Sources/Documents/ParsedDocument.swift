/// What a reader makes of a file: normalised text and its structure.
///
/// `text` is the document from here on: chunk ranges, citations and quotes are UTF-8 byte ranges in it.
package struct ParsedDocument: Equatable, Sendable {
  package var format: DocumentFormat
  /// From the format's own title (front matter, `<title>`, core properties, PDF info, subject, first
  /// level-1 heading), or `nil`.
  package var title: String?
  /// Normalised text: valid UTF-8, `\n` line ends, no NUL, no byte order mark. Plain text, Markdown and code
  /// are otherwise kept byte for byte.
  package var text: String
  /// Ascending, not overlapping; together they cover all text that is not blank, but for what Markdown hides
  /// from its reader (front matter, comments, thematic breaks). `invariantViolation()` checks it.
  package var blocks: [Block]
  /// Where the text stands in the source: bytes, pages, boxes, rows.
  package var places: DocumentPlaces
  /// Flat metadata found in the file (front matter, author, date, tags …); sorted by key when written.
  package var metadata: [String: MetadataValue]
  /// What was left out, repaired or guessed.
  package var notes: [ReadingNote]
  /// Files that this one carries, each a document of its own: attachments of a mail, mails of a mailbox. The container
  /// is no document itself where its `text` is empty.
  package var attachments: [SourceFile]

  package init(
    format: DocumentFormat, title: String? = nil, text: String, blocks: [Block],
    places: DocumentPlaces = DocumentPlaces(), metadata: [String: MetadataValue] = [:],
    notes: [ReadingNote] = [], attachments: [SourceFile] = []
  ) {
    self.format = format
    self.title = title
    self.text = text
    self.blocks = blocks
    self.places = places
    self.metadata = metadata
    self.notes = notes
    self.attachments = attachments
  }

  /// The page, from 1, that holds byte `offset` of `text`, or `nil` where the format has no pages.
  ///
  /// - Complexity: O(log pages).
  package func page(at offset: Int) -> Int? { places.pageIndex(at: offset).map { $0 + 1 } }
}
