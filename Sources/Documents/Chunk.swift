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
  /// Column names of the table that the passage goes on with, a range of the text before it; `nil` for other passages.
  package var header: Range<Int>?

  package init(
    index: Int, range: Range<Int>, page: Int? = nil, headingPath: [String] = [], header: Range<Int>? = nil
  ) {
    self.index = index
    self.range = range
    self.page = page
    self.headingPath = headingPath
    self.header = header
  }
}
