/// Follows the tokens of an RTF file and gives its text to an assembler, block by block.
///
/// - Source: Rich Text Format (RTF) Specification, version 1.9.1.
struct RTFDocument {
  var tokens: RTFTokenizer
  let assembler: TextAssembler
  var state = RTFState()
  private var outer: [RTFState] = []
  var stories = [RTFStory(.body)]
  var table = RTFTable()
  var charsets = RTFCharsets()
  var styles = RTFStyles()
  /// Text in the code page of the current font that isn't decoded yet.
  private var raw: [UInt8] = []
  private var highSurrogate: UInt32?
  /// Characters that stand for the last `\u`, still to be passed over.
  private var fallbackLeft = 0
  /// Instructions of open fields, and whether each has had a result.
  var fields: [(instruction: [UInt8], hasResult: Bool)] = []
  /// What follows the next block: notes, comments, text boxes.
  var after: [[UInt8]] = []
  var headers: [(label: String, lines: [HeaderFooterText.Line])] = []
  var information: [String: [UInt8]] = [:]
  var moment: [String: Int] = [:]
  var tableFont = 0
  var tableStyle = 0
  var noteCount = 0
  var endnoteCount = 0
  var commentAuthor: [UInt8] = []
  var objectClass: [UInt8] = []
  var shapeName: [UInt8] = []
  var omissions = OfficeOmissions()
  var codeLines: [[UInt8]] = []
  private(set) var title: String?

  /// Deeper groups than any program writes.
  private static let deepestGroup = 1000
  private static let longestField = 4096

  init(_ tokens: RTFTokenizer, assembler: TextAssembler) {
    self.tokens = tokens
    self.assembler = assembler
  }

  /// - Throws: `.malformed` for groups nested too deep; `.tooLarge`.
  /// - Complexity: O(bytes).
  mutating func append() throws(DocumentError) {
    var hasEnded = false
    while !hasEnded, let token = tokens.next() {
      switch token {
      case .open:
        flush()
        guard outer.count < Self.deepestGroup else {
          throw DocumentError(
            .malformed, "groups nest deeper than the limit of \(Self.deepestGroup); the file is not read")
        }
        outer.append(state)
        state = state.inner
      case .close:
        flush()
        try endGroup()
        hasEnded = outer.isEmpty
      case .word(let word, let number):
        try follow(word, number)
      case .symbol(let byte): symbol(byte)
      case .byte(let byte):
        state.isFresh = false
        if fallbackLeft > 0 { fallbackLeft -= 1 } else { raw.append(byte) }
      case .text(let range):
        state.isFresh = false
        text(range)
      }
    }
    if !hasEnded {
      flush()
      assembler.notes.append(ReadingNote("the file ends before its last group does; it may be cut short"))
      while !outer.isEmpty { try endGroup() }
    } else {
      noteRest()
    }
    try finish()
  }

  /// Says what stands behind the end.
  private func noteRest() {
    let rest = tokens.bytes[tokens.position...].count { $0 > 0x20 }
    if rest > 0 {
      assembler.notes.append(ReadingNote("\(rest) bytes behind the document's end were not read"))
    }
  }

  private mutating func endGroup() throws(DocumentError) {
    switch state.closes {
    case .nothing, .style: break
    case .field:
      if let field = fields.popLast(), !field.hasResult,
        let shown = DOCXFields.symbol(String(decoding: field.instruction, as: UTF8.self))
      {
        state.destination = .text
        emit(shown)
      }
    case .story: try endStory()
    }
    fallbackLeft = 0
    if let last = outer.popLast() { state = last }
  }

  // MARK: Text

  private mutating func text(_ range: Range<Int>) {
    var range = range
    if fallbackLeft > 0 {
      let passed = min(fallbackLeft, range.count)
      fallbackLeft -= passed
      range = (range.lowerBound + passed)..<range.upperBound
    }
    guard state.destination != .skip, !range.isEmpty else { return }
    let slice = tokens.bytes[range]
    if slice.contains(where: { $0 >= 0x80 }), TextAssembler.isValidUTF8(Array(slice)) {
      // Against the specification, but there are programs that write so.
      flush()
      emit(String(decoding: slice, as: UTF8.self))
    } else {
      raw.append(contentsOf: slice)
    }
  }

  /// Decodes what has gathered, before the font or anything else changes.
  mutating func flush() {
    guard !raw.isEmpty else { return }
    let bytes = raw
    raw = []
    highSurrogate = nil
    guard state.destination != .skip else { return }
    if let font = charsets.symbolFont(state.font), state.destination == .text || state.destination == .label {
      var shown = ""
      for byte in bytes {
        if byte <= 0x20 {
          shown += " "
        } else if let text = SymbolFont.text(font, UInt32(byte)) {
          shown += text
        } else {
          omissions.unknownSymbols += 1
        }
      }
      emit(shown)
    } else {
      emit(String(decoding: charsets.decode(bytes, font: state.font), as: UTF8.self))
    }
  }

  /// Follows `\uN`.
  mutating func unicode(_ number: Int) {
    flush()
    fallbackLeft = state.fallbackLength
    let value = UInt32(truncatingIfNeeded: number < 0 ? number + 65_536 : number)
    if (0xD800..<0xDC00).contains(value) {
      highSurrogate = value
      return
    }
    var code = value
    if (0xDC00..<0xE000).contains(value) {
      guard let high = highSurrogate else { return }
      code = 0x10000 + (high - 0xD800) << 10 + (value - 0xDC00)
    }
    highSurrogate = nil
    if (0xF000...0xF0FF).contains(code), let font = charsets.symbolFont(state.font) {
      if let shown = SymbolFont.text(font, code) { emit(shown) } else { omissions.unknownSymbols += 1 }
    } else if let scalar = Unicode.Scalar(code) {
      emit(String(scalar))
    }
  }

  private mutating func symbol(_ byte: UInt8) {
    switch byte {
    case 0x2A:
      if state.isFresh { state.isOptional = true }
    case 0x7E: character(" ")
    case 0x5F: character("-")
    case 0x5C, 0x7B, 0x7D: character(String(Unicode.Scalar(byte)))
    case 0x09: character(" ")
    // A line end behind a backslash is one of a paragraph.
    case 0x0A, 0x0D: flush()
    default: break
    }
  }

  /// A character that has a control word or symbol of its own.
  mutating func character(_ string: String) {
    state.isFresh = false
    if fallbackLeft > 0 {
      fallbackLeft -= 1
      return
    }
    flush()
    emit(string)
  }

  /// Text for the current destination.
  mutating func emit(_ string: String) {
    let bytes = Array(string.utf8)
    switch state.destination {
    case .skip, .nestedProperties, .info: break
    case .text: show(string)
    case .label: stories[stories.count - 1].label.append(string)
    case .fonts: charsets.change(tableFont) { if $0.name.count < 256 { $0.name += bytes } }
    case .styles: styles.change(tableStyle) { if $0.name.count < 256 { $0.name += bytes } }
    case .information(let key):
      if information[key, default: []].count < 16_384 { information[key, default: []] += bytes }
    case .instruction:
      if let last = fields.indices.last, fields[last].instruction.count < Self.longestField {
        fields[last].instruction += bytes
      }
    case .commentAuthor: commentAuthor += bytes
    case .objectClass: objectClass += bytes
    case .shapeName: shapeName += bytes
    case .shapeValue:
      if shapeName.elementsEqual("gtextUNICODE".utf8) { after.append(bytes) }
    }
  }

  private mutating func show(_ string: String) {
    if state.isHidden {
      omissions.hiddenRuns += 1
      return
    }
    if state.isDeleted {
      omissions.deletions += 1
      return
    }
    stories[stories.count - 1].line.append(string, script: state.script)
  }

  /// A title found in the text.
  mutating func setTitle(_ text: String?) {
    if title == nil { title = text }
  }
}
