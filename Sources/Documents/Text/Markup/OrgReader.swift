/// Reads Org files by their structure.
///
/// Headings, lists, tables, source blocks and quotes become blocks; links and emphasis their text; comments, drawers of
/// properties and keywords are hidden. `#+TITLE` is the heading above all others.
///
/// - Source: The Org Manual 9.7, "Document Structure", "Plain Lists", "Tables", "Markup for Rich Contents"; Org Syntax.
package struct OrgReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws; `.empty` where all is hidden; `.tooLarge` over `limits.textBytes`.
  /// - Complexity: O(bytes × depth of nesting).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    let out = MarkupText(limits: limits)
    let parser = OrgParser(decoded.bytes, out: out, nesting: min(limits.nesting, 60))
    try parser.parse()
    return try out.finish(format: .org, source: decoded.sourceMap, notes: decoded.notes)
  }
}
