/// Reads LaTeX by its structure.
///
/// Sections, lists, tables, listings and theorems become blocks; commands become the text of their arguments, accents and
/// signs their characters; formulas stay as they are written. Comments and the preamble are hidden but for title, author
/// and date; files that it inputs, drawings and bibliographies elsewhere are noted.
///
/// - Source: L. Lamport, "LaTeX: A Document Preparation System", 2nd edition, appendix C; the packages' manuals for
///   `longtable`, `listings`, `hyperref`, `natbib`, `siunitx`.
package struct LaTeXReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws; `.empty` where all is hidden; `.tooLarge` over `limits.textBytes`.
  /// - Complexity: O(bytes × depth of nesting).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    let out = MarkupText(limits: limits)
    let parser = LaTeXParser(decoded.bytes, out: out, nesting: min(limits.nesting, 60))
    try parser.parse()
    return try out.finish(format: .latex, source: decoded.sourceMap, notes: decoded.notes)
  }
}
