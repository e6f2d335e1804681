/// Builds the text of a document of records: each a block of lines, a blank line between two.
struct RecordText {
  private(set) var bytes: [UInt8] = []
  private(set) var blocks: [Block] = []
  private var start = 0
  private let limit: Int

  init(limits: ReadingLimits) {
    limit = limits.textBytes
  }

  /// Adds the line `name: value` to the open record; a value without a name stands alone.
  ///
  /// - Throws: `.tooLarge` as soon as the text is over the limit: names repeat with every record, so the text
  ///   can be much longer than the file.
  mutating func add(name: [UInt8], value: some Collection<UInt8>) throws(DocumentError) {
    if bytes.count > start {
      bytes.append(0x0A)
    } else if start > 0 {
      bytes.append(contentsOf: [0x0A, 0x0A])
      start = bytes.count
    }
    bytes.append(contentsOf: name)
    if !name.isEmpty { bytes.append(contentsOf: [0x3A, 0x20]) }
    // Text holds no NUL and ends its lines with line feeds, whatever the escapes of a value say.
    var hasReturn = false
    for byte in value {
      switch byte {
      case 0x00: bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
      case 0x0D: bytes.append(0x0A)
      case 0x0A where hasReturn: break
      default: bytes.append(byte)
      }
      hasReturn = byte == 0x0D
    }
    guard bytes.count <= limit else {
      throw DocumentError(
        .tooLarge,
        "the records give more than the limit of \(limit) bytes of text; split the file or raise the limit")
    }
  }

  /// Closes the open record; one without lines leaves no block.
  mutating func endRecord() {
    let range = TextScan.trimmed(start..<bytes.count, in: bytes)
    if !range.isEmpty { blocks.append(Block(kind: .record, range: range)) }
    start = bytes.count
  }

  func document(_ format: DocumentFormat, title: String? = nil) -> ParsedDocument {
    ParsedDocument(format: format, title: title, text: String(decoding: bytes, as: UTF8.self), blocks: blocks)
  }
}
