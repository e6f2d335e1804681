/// Reads source code: one block for each group of lines that starts at the left margin after a blank line.
///
/// That finds definitions in any language with indented bodies, with the comment right above each, and needs
/// no parser for any of them.
package struct SourceCodeReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws.
  /// - Complexity: O(bytes).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    return ParsedDocument(
      format: .code, text: decoded.text, blocks: Self.blocks(of: decoded.bytes),
      places: DocumentPlaces(sourceMap: decoded.sourceMap, rows: LineNumbers.rows(of: decoded.bytes)),
      notes: decoded.notes)
  }

  private static func blocks(of bytes: [UInt8]) -> [Block] {
    var blocks: [Block] = []
    var start: Int?
    var end = 0
    var isAfterBlank = false
    var position = 0
    while position < bytes.count {
      let line = TextScan.line(in: bytes, from: position, to: bytes.count)
      position = line.upperBound + 1
      let content = TextScan.trimmed(line, in: bytes)
      guard !content.isEmpty else {
        isAfterBlank = true
        continue
      }
      if let open = start, isAfterBlank, content.lowerBound == line.lowerBound,
        !closes(bytes[content.lowerBound])
      {
        blocks.append(Block(kind: .code, range: open..<end))
        start = nil
      }
      if start == nil { start = line.lowerBound }
      end = content.upperBound
      isAfterBlank = false
    }
    if let start { blocks.append(Block(kind: .code, range: start..<end)) }
    return blocks
  }

  /// A bracket at the margin closes what is open; it starts nothing.
  private static func closes(_ byte: UInt8) -> Bool { byte == 0x7D || byte == 0x29 || byte == 0x5D }
}
