/// Reads a BEIR `corpus.jsonl` line by line: every line a document with its own id.
///
/// Lines are decoded as they are asked for, so a corpus costs its bytes and one record. After an error the
/// next call goes on with the next line: one bad line is one failure.
///
/// - Source: Thakur et al., "BEIR", NeurIPS 2021 Datasets and Benchmarks, and its repository's data format.
package struct BEIRReader: Sendable {
  private let bytes: [UInt8]
  private let nesting: Int
  private var position = 0
  /// Line of the last record or error, from 1; 0 before the first.
  package private(set) var line = 0

  package init(bytes: [UInt8], limits: ReadingLimits = ReadingLimits()) {
    self.bytes = bytes
    nesting = limits.nesting
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next record, or `nil` at the end of the corpus.
  ///
  /// - Throws: `.malformed` or `.undecodable`, with the line.
  /// - Complexity: O(line).
  package mutating func next() throws(DocumentError) -> (id: String, title: String, text: String)? {
    while position < bytes.count {
      let range = TextScan.line(in: bytes, from: position, to: bytes.count)
      position = range.upperBound + 1
      line += 1
      guard !TextScan.isBlank(range, in: bytes) else { continue }
      do throws(DocumentError) {
        return try Self.record(Array(bytes[range]), nesting: nesting)
      } catch {
        throw DocumentError(error.code, "line \(line): \(error.message)")
      }
    }
    return nil
  }

  /// The document of one record: the text in paragraphs, or the title where there is no text.
  ///
  /// - Throws: `.empty` when both are blank; `.tooLarge` over `limits.textBytes`.
  package static func document(
    title: String, text: String, limits: ReadingLimits = ReadingLimits()
  ) throws(DocumentError) -> ParsedDocument {
    let hasText = !TextScan.isBlankText(text)
    guard hasText || !TextScan.isBlankText(title) else {
      throw DocumentError(.empty, "neither title nor text; remove the line")
    }
    var record = RecordText(limits: limits)
    try record.add(name: [], value: (hasText ? text : title).utf8)
    let bytes = record.bytes
    var blocks: [Block] = []
    var position = 0
    while position < bytes.count {
      var end = position
      while end < bytes.count, !(bytes[end] == 0x0A && end + 1 < bytes.count && bytes[end + 1] == 0x0A) {
        end += 1
      }
      let range = TextScan.trimmed(position..<end, in: bytes)
      if !range.isEmpty { blocks.append(Block(kind: .paragraph, range: range)) }
      position = end + 1
    }
    let plain = TextScan.singleLine(title.utf8.filter { $0 != 0 }, limit: 1000)
    return ParsedDocument(
      format: .jsonl, title: hasText && !plain.isEmpty ? plain : nil,
      text: String(decoding: bytes, as: UTF8.self),
      blocks: blocks)
  }

  private static func record(
    _ line: [UInt8], nesting: Int
  ) throws(DocumentError) -> (id: String, title: String, text: String) {
    if let broken = UTF8Survey(line).firstBroken {
      throw DocumentError(
        .undecodable, "a broken UTF-8 sequence at byte \(broken) of the line; save it as UTF-8")
    }
    var cursor = JSONCursor(line)
    guard try cursor.kind() == .object else { throw cursor.error("a record is an object") }
    var id: String?
    var title = ""
    var text: String?
    try cursor.expect(0x7B)
    if !cursor.take(0x7D) {
      repeat {
        let key = String(decoding: try cursor.string(), as: UTF8.self)
        try cursor.expect(0x3A)
        let kind = try cursor.kind()
        switch (key, kind) {
        case ("_id", .string): id = String(decoding: try cursor.string(), as: UTF8.self)
        case ("_id", .number): id = String(decoding: line[try cursor.number()], as: UTF8.self)
        case ("title", .string): title = String(decoding: try cursor.string(), as: UTF8.self)
        case ("text", .string): text = String(decoding: try cursor.string(), as: UTF8.self)
        default: try cursor.skipValue(depth: nesting)
        }
      } while cursor.take(0x2C)
      try cursor.expect(0x7D)
    }
    guard cursor.isAtEnd else { throw cursor.error("more text after the record") }
    guard let id, !id.isEmpty else { throw DocumentError(.malformed, "no “_id”; give each record its own") }
    guard let text else {
      throw DocumentError(.malformed, "no “text” in record \(id); add one, if an empty one")
    }
    return (id, title, text)
  }
}
