/// A passage of a document: what is embedded, indexed, found and cited.
package struct Chunk: Hashable, Codable, Sendable {
  /// Position in the document, from 0.
  package var index: Int
  /// UTF-8 byte range in `ParsedDocument.text`, on scalar borders.
  package var range: Range<Int>
  /// First page, from 1, or `nil` where the format has none.
  package var page: Int?
  /// Headings above the passage, outermost first, without markup.
  package var headingPath: [String]

  package init(index: Int, range: Range<Int>, page: Int? = nil, headingPath: [String] = []) {
    self.index = index
    self.range = range
    self.page = page
    self.headingPath = headingPath
  }
}
