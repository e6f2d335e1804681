/// Builds the text of a document of records: each a block of lines, a blank line between two.
struct RecordText {
  private(set) var text = SourcedText()
  private(set) var blocks: [Block] = []
  private(set) var rows: [DocumentPlaces.Row] = []
  private var start = 0
  /// End of the last record that was closed.
  private var closed = 0
  private let limit: Int

  var bytes: [UInt8] { text.bytes }

  init(limits: ReadingLimits) {
    limit = limits.textBytes
  }

  /// Adds the line `name: value` to the open record; a value without a name stands alone.
  ///
  /// - Parameter position: where the source names the value.
  /// - Throws: `.tooLarge` as soon as the text is over the limit: names repeat with every record, so the text
  ///   can be much longer than the file.
  mutating func add(name: [UInt8], value: SourcedText, at position: Int) throws(DocumentError) {
    if text.count > start {
      text.write("\n", at: position)
    } else if start > 0 {
      text.write("\n\n", at: position)
      start = text.count
    }
    if !name.isEmpty { text.write(name + [0x3A, 0x20], at: position) }
    // Text holds no NUL and ends its lines with line feeds, whatever the escapes of a value say.
    var copied = 0
    for (index, byte) in value.bytes.enumerated() where byte == 0x00 || byte == 0x0D {
      text.append(value.slice(copied..<index))
      let source = value.slice(index..<(index + 1)).sourceMap.sourceRange(0..<1)
      let isPair = byte == 0x0D && index + 1 < value.count && value.bytes[index + 1] == 0x0A
      if byte == 0 {
        text.replace(source, with: TextFromEncoding.replacement)
      } else if !isPair {
        text.replace(source, with: [0x0A])
      }
      copied = index + 1
    }
    text.append(value.slice(copied..<value.count))
    guard text.count <= limit else {
      throw DocumentError(
        .tooLarge,
        "the records give more than the limit of \(limit) bytes of text; split the file or raise the limit")
    }
  }

  /// The same for values whose place in the source is not known.
  mutating func add(name: [UInt8], value: some Collection<UInt8>) throws(DocumentError) {
    let value = Array(value)
    try add(name: name, value: SourcedText(copying: 0..<value.count, of: value), at: 0)
  }

  /// Closes the open record; one without lines leaves no block.
  ///
  /// - Parameter row: its number in the file.
  mutating func endRecord(row: Int? = nil) {
    let range = TextScan.trimmed(start..<text.count, in: text.bytes)
    if !range.isEmpty {
      blocks.append(Block(kind: .record, range: range))
      if let row { rows.append(DocumentPlaces.Row(start: range.lowerBound, number: row)) }
    }
    start = text.count
    closed = start
  }

  /// Takes the open record back.
  mutating func dropRecord() {
    text.truncate(to: closed)
    start = closed
  }

  /// - Parameter source: leads from what the records were read of to the file; `nil` where places were not kept.
  func document(
    _ format: DocumentFormat, title: String? = nil, source: SourceMap? = nil, notes: [ReadingNote] = []
  ) -> ParsedDocument {
    ParsedDocument(
      format: format, title: title, text: text.string, blocks: blocks,
      places: DocumentPlaces(
        sourceMap: source.map { text.sourceMap.composed(with: $0, count: text.count) }, rows: rows),
      notes: notes)
  }
}
