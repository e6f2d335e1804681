/// Plain text of messages: paragraphs, quotes and what comes from an older mail, in their order.
///
/// - Source: RFC 3676 (`format=flowed`, `delsp`), and how common programs quote.
struct EmailText {
  struct Piece: Equatable {
    var isQuote: Bool
    var text: [UInt8]
  }

  private(set) var pieces: [Piece] = []
  private var gathered: [UInt8] = []
  private var marks = 0
  /// Whether the last line goes on in the next.
  private var isOpen = false
  /// The rest is an older mail that stands below a line.
  private var isOlder = false

  /// - Parameters:
  ///   - bytes: valid UTF-8 with `\n` line ends.
  ///   - isFlowed: lines that end with a blank go on in the next.
  ///   - deletesSpace: that blank is not part of the text.
  /// - Complexity: O(bytes).
  static func pieces(_ bytes: [UInt8], isFlowed: Bool, deletesSpace: Bool) -> [Piece] {
    var text = EmailText()
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      text.take(line, isFlowed: isFlowed, deletesSpace: deletesSpace)
    }
    text.flush()
    return text.pieces
  }

  private mutating func take(_ raw: ArraySlice<UInt8>, isFlowed: Bool, deletesSpace: Bool) {
    var line = raw
    var depth = 0
    while line.first == 0x3E {
      depth += 1
      line = line.dropFirst()
      // Marks are written both as `>>` and as `> >`.
      if line.first == 0x20, line.dropFirst().first == 0x3E { line = line.dropFirst() }
    }
    if line.first == 0x20, isFlowed || depth > 0 { line = line.dropFirst() }
    // `[cid:logo.png]` alone on a line is the sign of a picture.
    let isPicture = line.starts(with: Array("[cid:".utf8)) && line.firstIndex(of: 0x5D) == line.indices.last
    let isBlank = isPicture || line.allSatisfy { $0 == 0x20 || $0 == 0x09 }
    if isBlank || depth != marks { flush() }
    marks = depth
    guard !isBlank else { return }
    if depth == 0, Self.beginsOlder(line) { flush() }
    if !gathered.isEmpty && !isOpen { gathered.append(0x0A) }
    gathered.append(contentsOf: line)
    isOpen = isFlowed && line.last == 0x20 && !line.elementsEqual([0x2D, 0x2D, 0x20])
    if isOpen && deletesSpace { gathered.removeLast() }
    if !isOpen { while gathered.last == 0x20 || gathered.last == 0x09 { gathered.removeLast() } }
    if depth == 0, Self.beginsOlder(line) {
      flush()
      isOlder = true
    }
  }

  private mutating func flush() {
    defer {
      gathered = []
      isOpen = false
    }
    guard gathered.contains(where: { $0 > 0x20 }) else { return }
    // What others quoted keeps its further marks: they say who answers whom.
    let prefix = [UInt8](repeating: 0x3E, count: max(0, marks - 1))
    guard !prefix.isEmpty else {
      pieces.append(Piece(isQuote: marks > 0 || isOlder, text: gathered))
      return
    }
    let lines = gathered.split(separator: 0x0A).map { prefix + [0x20] + $0 }
    pieces.append(Piece(isQuote: true, text: Array(lines.joined(separator: [0x0A]))))
  }

  private static let olderMarks = [
    "original message", "original appointment", "ursprüngliche nachricht", "originalnachricht",
    "message d'origine",
    "message original", "mensaje original", "messaggio originale", "oorspronkelijk bericht",
    "mensagem original",
    "ursprungligt meddelande", "oprindelig meddelelse", "wiadomość oryginalna", "исходное сообщение",
    "original-nachricht", "opprinnelig melding",
  ]

  /// `-----Original Message-----` in the languages of common programs.
  private static func beginsOlder(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.count <= 120, line.first == 0x2D || line.first == 0x5F, line.starts(with: [0x2D, 0x2D, 0x2D])
    else {
      return false
    }
    let words = String(decoding: line.filter { $0 != 0x2D }, as: UTF8.self).lowercased()
    guard let text = TextAssembler.oneLine(words) else { return false }
    return olderMarks.contains(text) || text == "originalnachricht"
      || olderMarks.contains { text.hasPrefix($0) }
  }
}
