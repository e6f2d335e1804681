/// A structural piece of a document: the chunker keeps blocks whole where they fit.
package struct Block: Hashable, Codable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case heading, paragraph, listItem, table, code, quote
    /// A row of a CSV file, a line of a JSONL file: a unit that stands for itself.
    case record
  }

  package var kind: Kind
  /// UTF-8 byte range in `ParsedDocument.text`; never empty, in ascending order, not overlapping.
  package var range: Range<Int>
  /// 1…6 for a heading, nesting depth from 1 for a list item, else 0.
  package var level: Int
  /// Of a table: its column names, as a part of `range` at its start. A piece of the table that does not hold them is
  /// indexed and shown with them in front.
  package var header: Range<Int>?

  package init(kind: Kind, range: Range<Int>, level: Int = 0, header: Range<Int>? = nil) {
    self.kind = kind
    self.range = range
    self.level = level
    self.header = header
  }
}
