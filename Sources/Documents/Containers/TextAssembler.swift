/// Builds the text of a document block by block, with a blank line between blocks.
///
/// The one place where container formats turn into `ParsedDocument`: it repairs invalid UTF-8, drops control
/// characters, soft hyphens and byte order marks, normalises line ends, and stops at `limits.textBytes`. A class,
/// because walks hand it to each other and a copy of the text each time would be quadratic.
package final class TextAssembler {
  private var text: [UInt8] = []
  private(set) var blocks: [Block] = []
  private var pages: [DocumentPlaces.Page] = []
  /// Pages begun since the last block: they start where the next block does.
  private var pendingPages: [DocumentPlaces.Page] = []
  private var rows: [DocumentPlaces.Row] = []
  /// What the walks left out, repaired or guessed.
  var notes: [ReadingNote] = []
  var attachments: [SourceFile] = []
  /// Row of the sheet for blocks that are appended without one: where a chart lies.
  var anchorRow: Int?
  private let limit: Int

  package init(limits: ReadingLimits) {
    limit = limits.textBytes
  }

  var isEmpty: Bool { blocks.isEmpty }

  /// The text so far, UTF-8.
  var bytes: [UInt8] { text }

  /// The text of the first block of `kind` and `level`, if there is one.
  func firstText(of kind: Block.Kind, level: Int) -> String? {
    guard let block = blocks.first(where: { $0.kind == kind && $0.level == level }) else { return nil }
    return String(decoding: text[block.range], as: UTF8.self)
  }

  /// The first headings of levels 1 to `level`.
  func headings(upTo level: Int) -> [String] {
    blocks.lazy.filter { $0.kind == .heading && $0.level <= level }.prefix(8).map {
      String(decoding: self.text[$0.range], as: UTF8.self)
    }
  }

  /// Begins a page (slide, sheet, chapter) at the next block.
  func startPage(name: String? = nil, width: Double = 0, height: Double = 0) {
    pendingPages.append(DocumentPlaces.Page(start: 0, name: name, width: width, height: height))
  }

  /// Number of pages begun so far: the number, from 1, of the current one.
  var page: Int { pages.count + pendingPages.count }

  /// Appends one block; a blank one is left out.
  ///
  /// - Parameters:
  ///   - headerBytes: how many bytes at the start are a table's column names; they must hold nothing to clean away.
  ///   - row: number of the row of the sheet or file that it shows.
  ///   - rows: of a block that shows several rows, where each starts in `bytes` and its number.
  /// - Returns: where the block starts in the text, or `nil` if it was left out.
  /// - Throws: `.tooLarge` when the text would pass the limit.
  /// - Complexity: O(bytes).
  @discardableResult
  func append(
    _ kind: Block.Kind, level: Int = 0, headerBytes: Int = 0, row: Int? = nil,
    rows shownRows: [(offset: Int, number: Int)] = [], _ bytes: [UInt8]
  ) throws(DocumentError) -> Int? {
    let clean = Self.trim(Self.clean(bytes), keepsIndent: kind == .code)
    guard !clean.isEmpty else { return nil }
    let separator = text.isEmpty ? 0 : 2
    guard text.count + separator + clean.count <= limit else {
      throw DocumentError(
        .tooLarge, "the text is longer than the limit of \(limit) bytes; split the file or raise the limit")
    }
    if separator > 0 {
      text.append(UInt8(ascii: "\n"))
      text.append(UInt8(ascii: "\n"))
    }
    placePages()
    let start = text.count
    text.append(contentsOf: clean)
    let header = headerBytes > 0 ? start..<min(text.count, start + headerBytes) : nil
    blocks.append(Block(kind: kind, range: start..<text.count, level: level, header: header))
    if let row = row ?? (shownRows.isEmpty ? anchorRow : nil) {
      rows.append(DocumentPlaces.Row(start: start, number: row))
    }
    for shown in shownRows {
      rows.append(DocumentPlaces.Row(start: start + shown.offset, number: shown.number))
    }
    return start
  }

  func append(_ kind: Block.Kind, level: Int = 0, _ string: String) throws(DocumentError) {
    try append(kind, level: level, Array(string.utf8))
  }

  /// - Throws: `.empty` with `emptyMessage` when nothing was appended.
  package func finish(
    format: DocumentFormat, title: String?, metadata: [String: MetadataValue] = [:],
    emptyMessage: String = "the file has no text"
  ) throws(DocumentError) -> ParsedDocument {
    guard !blocks.isEmpty else { throw DocumentError(.empty, emptyMessage) }
    placePages()
    return ParsedDocument(
      format: format, title: title.flatMap(Self.oneLine), text: String(decoding: text, as: UTF8.self),
      blocks: blocks, places: DocumentPlaces(pages: pages, rows: rows), metadata: metadata, notes: notes,
      attachments: attachments)
  }

  private func placePages() {
    for var page in pendingPages {
      page.start = text.count
      pages.append(page)
    }
    pendingPages = []
  }

  /// `string` with whitespace collapsed, or `nil` if it is blank.
  static func oneLine(_ string: String) -> String? {
    var line = InlineText()
    line.append(Array(string.utf8))
    let bytes = line.take().map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// Valid UTF-8 with `\n` line ends and no control character but `\n` and `\t`.
  ///
  /// - Complexity: O(bytes).
  static func clean(_ bytes: [UInt8]) -> [UInt8] {
    var source = bytes
    if bytes.contains(where: { $0 >= 0x80 }), !isValidUTF8(bytes) {
      source = Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
    var out: [UInt8] = []
    out.reserveCapacity(source.count)
    var index = 0
    while index < source.count {
      let byte = source[index]
      switch byte {
      case 0x0D:
        if index + 1 == source.count || source[index + 1] != 0x0A { out.append(0x0A) }
      case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F:
        break
      case 0xC2 where source[index + 1] == 0xAD:
        index += 1
      case 0xEF where source[index + 1] == 0xBB && source[index + 2] == 0xBF:
        index += 2
      default:
        out.append(byte)
      }
      index += 1
    }
    return out
  }

  static func isValidUTF8(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }

  /// `bytes` without blank lines around it; code keeps the indent of its first line.
  private static func trim(_ bytes: [UInt8], keepsIndent: Bool) -> [UInt8] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return [] }
    var start = first
    if keepsIndent {
      while start > 0 && bytes[start - 1] != 0x0A { start -= 1 }
    }
    return start == 0 && last == bytes.count - 1 ? bytes : Array(bytes[start...last])
  }
}
