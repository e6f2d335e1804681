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
  /// Byte offset in `text` at which each page (slide, sheet) starts; empty where the format has no pages.
  package var pageStarts: [Int]
  /// Where runs of `text` came from in the decoded source; empty when the two are the same.
  package var sourceMap: SourceMap
  /// Flat metadata found in the file (front matter, author, date, tags …); sorted by key when written.
  package var metadata: [String: MetadataValue]

  package init(
    format: DocumentFormat, title: String? = nil, text: String, blocks: [Block], pageStarts: [Int] = [],
    sourceMap: SourceMap = SourceMap(), metadata: [String: MetadataValue] = [:]
  ) {
    self.format = format
    self.title = title
    self.text = text
    self.blocks = blocks
    self.pageStarts = pageStarts
    self.sourceMap = sourceMap
    self.metadata = metadata
  }

  /// The page, from 1, that holds byte `offset` of `text`, or `nil` where the format has no pages.
  ///
  /// - Complexity: O(log pages).
  package func page(at offset: Int) -> Int? {
    guard !pageStarts.isEmpty else { return nil }
    var low = 0
    var high = pageStarts.count
    while low < high {
      let middle = (low + high) / 2
      if pageStarts[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    return max(1, low)
  }
}
