/// Reads Markdown: CommonMark's blocks, GitHub's pipe tables and YAML front matter.
///
/// The text is the source, byte for byte, and blocks are ranges in it. Front matter, comments that stand by
/// themselves and thematic breaks are in no block: they are not what the document says to its reader.
///
/// - Source: CommonMark 0.31.2, chapter 4 and section 5; GitHub Flavored Markdown 0.29, section 4.10.
package struct MarkdownReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws; any text is Markdown.
  /// - Complexity: O(bytes).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    let bytes = decoded.bytes
    let frontMatter = FrontMatter(bytes)
    var scanner = MarkdownBlocks(bytes: bytes, start: frontMatter?.end ?? 0)
    scanner.scan()
    var title = frontMatter?.title
    if title == nil, let heading = scanner.blocks.first(where: { $0.kind == .heading && $0.level == 1 }) {
      let plain = HeadingText.markdown(bytes[heading.range])
      if !plain.isEmpty { title = plain }
    }
    return ParsedDocument(
      format: .markdown, title: title, text: decoded.text, blocks: scanner.blocks,
      places: DocumentPlaces(sourceMap: decoded.sourceMap),
      metadata: frontMatter?.metadata ?? [:], notes: decoded.notes)
  }
}
