extension PrintedText {
  /// The document: text in order of reading, blocks, pages with their sizes, words with their boxes.
  ///
  /// - Parameter title: of the file's own description; `nil` takes the first of the largest headings of the first pages.
  /// - Throws: `.tooLarge` when the text would pass the limit, `.empty` with `emptyMessage` where there is none.
  /// - Complexity: O(words).
  package func document(
    format: DocumentFormat, title: String?, metadata: [String: MetadataValue], notes extra: [ReadingNote],
    emptyMessage: String, limits: ReadingLimits
  ) throws(DocumentError) -> ParsedDocument {
    let writer = PrintedTextWriter(self, limits: limits)
    try writer.write()
    let assembler = writer.assembler
    assembler.notes = extra + notes
    var document = try assembler.finish(
      format: format, title: title ?? writer.title, metadata: metadata, emptyMessage: emptyMessage)
    document.places.words = writer.placed
    document.places.pages = writer.places(textBytes: document.text.utf8.count)
    document.places.layBack(into: pages.map(\.frame))
    return document
  }
}
