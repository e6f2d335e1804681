import Documents
import Foundation
import Testing

/// The bytes of a file in `Fixtures`.
func fixture(_ name: String) throws -> [UInt8] {
  let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures")
  return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
}

/// Reads text as a file called `name` and checks the invariants.
func readText(_ name: String, _ text: String, limits: ReadingLimits = ReadingLimits()) throws
  -> ParsedDocument
{
  let document = try readDocument(SourceFile(name: name, bytes: Array(text.utf8)), limits: limits)
  #expect(document.invariantViolation() == nil)
  return document
}

/// The text of `range` in `document`.
func slice(_ range: Range<Int>, of document: ParsedDocument) -> String {
  String(decoding: Array(document.text.utf8)[range], as: UTF8.self)
}

/// `kind level|text` of each block.
func outline(_ document: ParsedDocument) -> [String] {
  document.blocks.map {
    "\($0.kind.rawValue)\($0.level > 0 ? " \($0.level)" : "")|" + slice($0.range, of: document)
  }
}
