/// Reads reStructuredText, as Docutils and Sphinx have it, by its structure.
///
/// Headings get their levels in the order in which their styles come. Lists, tables (grids, simple tables, `list-table`,
/// `csv-table`), code and admonitions become blocks; roles, references and substitutions their text; comments, targets
/// and the options of directives are hidden. What a directive would fetch from elsewhere is noted.
///
/// - Source: Docutils' "reStructuredText Markup Specification" and "reStructuredText Directives"; Sphinx 7, "Directives".
package struct RSTReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws; `.empty` where all is hidden; `.tooLarge` over `limits.textBytes`.
  /// - Complexity: O(bytes × depth of nesting).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    let out = MarkupText(limits: limits)
    let parser = RSTParser(decoded.bytes, out: out, nesting: min(limits.nesting, 100))
    try parser.parse()
    return try out.finish(format: .rst, source: decoded.sourceMap, notes: decoded.notes)
  }
}
