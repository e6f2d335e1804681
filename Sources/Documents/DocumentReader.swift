/// Turns the bytes of one format into text with structure.
package protocol DocumentReader: Sendable {
  /// Reads `source`.
  ///
  /// - Throws: `DocumentError`; never traps on any input.
  func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument
}
