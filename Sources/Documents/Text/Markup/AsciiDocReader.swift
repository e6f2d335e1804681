/// Reads AsciiDoc, as Asciidoctor and the older AsciiDoc.py have it, by its structure.
///
/// Headings, lists, tables, listings and admonitions become blocks; macros and attributes become their text; comments,
/// anchors and the lines that steer the processor are hidden. Files that it includes are noted.
///
/// - Source: AsciiDoc Language Documentation; for titles with a line below, AsciiDoc.py's User Guide.
package struct AsciiDocReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws; `.empty` where all is hidden; `.tooLarge` over `limits.textBytes`.
  /// - Complexity: O(bytes × depth of nesting).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    let out = MarkupText(limits: limits)
    let parser = AsciiDocParser(decoded.bytes, out: out, nesting: min(limits.nesting, 40))
    try parser.parse()
    return try out.finish(format: .asciidoc, source: decoded.sourceMap, notes: decoded.notes)
  }
}
