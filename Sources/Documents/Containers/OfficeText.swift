/// The text of one paragraph of an Office document: runs that may be raised or lowered, with whitespace collapsed.
///
/// Neighbouring runs of one script are gathered before they are written, since programs cut runs anywhere.
struct OfficeText {
  private var line = InlineText()
  private var held: [UInt8] = []
  private var heldScript = ScriptText.Script.normal
  /// The last byte that was written, a space at a border of words.
  private var last: UInt8 = 0x20

  /// Whether nothing visible has been appended.
  var isEmpty: Bool {
    line.isEmpty && !held.contains { $0 > 0x20 }
  }

  /// - Complexity: O(bytes).
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, script: ScriptText.Script = .normal) {
    guard let end = bytes.last else { return }
    if bytes.contains(0xE2), Self.holdsHyphen(bytes) {
      return append(Self.plainHyphens(bytes), script: script)
    }
    if script != heldScript { flush() }
    if script == .normal {
      line.append(bytes)
      last = end
    } else {
      heldScript = script
      held.append(contentsOf: bytes)
    }
  }

  mutating func append(_ bytes: [UInt8], script: ScriptText.Script = .normal) {
    bytes.withUnsafeBufferPointer { append($0, script: script) }
  }

  mutating func append(_ string: String, script: ScriptText.Script = .normal) {
    var string = string
    string.withUTF8 { append($0, script: script) }
  }

  /// A space that collapses with those beside it.
  mutating func space() {
    flush()
    line.space()
    last = 0x20
  }

  /// A hard line break.
  mutating func lineBreak() {
    flush()
    line.lineBreak()
    last = 0x20
  }

  /// The text so far; leaves this empty.
  mutating func take() -> [UInt8] {
    flush()
    last = 0x20
    return line.take()
  }

  /// The text so far on one line; leaves this empty.
  mutating func takeOneLine() -> [UInt8] {
    take().map { $0 == 0x0A ? 0x20 : $0 }
  }

  /// Whether a hyphen that keeps words together (U+2011) is among `bytes`.
  private static func holdsHyphen(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.indices.dropLast(2).contains { bytes[$0] == 0xE2 && bytes[$0 + 1] == 0x80 && bytes[$0 + 2] == 0x91 }
  }

  /// `bytes` with plain hyphens, which words are searched with.
  private static func plainHyphens(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if index + 2 < bytes.count, bytes[index] == 0xE2, bytes[index + 1] == 0x80, bytes[index + 2] == 0x91 {
        out.append(0x2D)
        index += 3
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return out
  }

  private mutating func flush() {
    guard !held.isEmpty else {
      heldScript = .normal
      return
    }
    let shown = ScriptText.render(String(decoding: held, as: UTF8.self), as: heldScript, after: last)
    line.append(shown)
    last = shown.utf8.last ?? last
    held = []
    heldScript = .normal
  }
}
