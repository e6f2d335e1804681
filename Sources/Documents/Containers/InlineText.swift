/// A run of text inside one block, with whitespace collapsed as a browser would.
///
/// No-break spaces collapse too (a browser keeps them): in passages that are searched and quoted they only
/// split words that look the same.
struct InlineText {
  private var bytes: [UInt8] = []
  private var hasPendingSpace = false

  /// Whether nothing visible has been appended.
  var isEmpty: Bool { bytes.isEmpty }

  /// The last byte, a blank where one is due, or `nil` while there is no text.
  var last: UInt8? { bytes.isEmpty ? nil : hasPendingSpace ? 0x20 : bytes.last }

  /// - Complexity: O(bytes).
  mutating func append(_ more: [UInt8]) {
    more.withUnsafeBufferPointer { append($0) }
  }

  mutating func append(_ string: String) {
    var string = string
    string.withUTF8 { append($0) }
  }

  mutating func append(_ more: UnsafeBufferPointer<UInt8>) {
    var index = 0
    while index < more.count {
      let byte = more[index]
      switch byte {
      case 0x20, 0x09...0x0D:
        hasPendingSpace = true
      case 0x00...0x1F, 0x7F:
        break
      case 0xC2 where index + 1 < more.count && more[index + 1] == 0xA0:
        hasPendingSpace = true
        index += 1
      case 0xC2 where index + 1 < more.count && more[index + 1] == 0xAD:
        index += 1
      default:
        if hasPendingSpace {
          if let last = bytes.last, last != 0x0A { bytes.append(0x20) }
          hasPendingSpace = false
        }
        bytes.append(byte)
      }
      index += 1
    }
  }

  /// A space that collapses with those beside it.
  mutating func space() {
    hasPendingSpace = true
  }

  /// A hard line break.
  mutating func lineBreak() {
    hasPendingSpace = false
    if !bytes.isEmpty { bytes.append(0x0A) }
  }

  /// The text so far, without breaks at its end; leaves this empty.
  mutating func take() -> [UInt8] {
    while bytes.last == 0x0A { bytes.removeLast() }
    hasPendingSpace = false
    defer { bytes = [] }
    return bytes
  }
}
