/// Text of a file, what of it followed no rule of its encoding, and where its characters stood.
struct TextFromEncoding {
  var text = SourcedText()
  /// Sequences that are no character of the encoding; each is U+FFFD in the text.
  var broken = 0
  var firstBroken: Int?

  static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  mutating func breaks(_ range: Range<Int>) {
    broken += 1
    if firstBroken == nil { firstBroken = range.lowerBound }
    text.replace(range, with: Self.replacement)
  }
}

extension TextEncoding {
  /// `bytes` from `start` on as UTF-8.
  ///
  /// - Returns: `nil` when the system has no converter.
  /// - Complexity: O(bytes).
  func decode(_ bytes: [UInt8], from start: Int = 0) -> TextFromEncoding? {
    switch kind {
    case .utf8: return UTF8Repair.decode(bytes, from: start)
    case .unicode(let unit, let isBigEndian):
      return UnicodeTransform.decode(bytes, from: start, unit: unit, isBigEndian: isBigEndian)
    case .single: return decodeSingle(bytes, from: start)
    case .multiple: return decodeMultiple(bytes, from: start)
    case .escapes: return decodeEscapes(bytes, from: start)
    }
  }

  /// End of the run of ASCII bytes that starts at `position`.
  private static func asciiEnd(_ bytes: [UInt8], from position: Int) -> Int {
    var end = position
    while end < bytes.count, bytes[end] < 0x80 { end += 1 }
    return end
  }

  private func decodeSingle(_ bytes: [UInt8], from start: Int) -> TextFromEncoding? {
    guard let table = ConverterTable(converter) else { return nil }
    let high: [[UInt8]] = (0x80...0xFF).map { (byte: UInt8) -> [UInt8] in
      guard case .character(let text) = table.character([byte]) else { return [] }
      return text
    }
    // Vietnamese accents follow their letters; text has letters with their accents.
    let composes = converter == "CP1258"
    var out = TextFromEncoding()
    out.text.reserve(bytes.count * 3 / 2)
    var position = start
    while position < bytes.count {
      let end = Self.asciiEnd(bytes, from: position)
      out.text.copy(position..<end, of: bytes)
      position = end
      guard position < bytes.count else { break }
      let text = high[Int(bytes[position]) - 0x80]
      let range = position..<(position + 1)
      position += 1
      if text.isEmpty {
        out.breaks(range)
      } else if composes, text.first == 0xCC, range.lowerBound > start,
        case .character(let whole) = table.character([bytes[range.lowerBound - 1], bytes[range.lowerBound]]),
        String(decoding: whole, as: UTF8.self).unicodeScalars.count == 1
      {
        let before = bytes[range.lowerBound - 1]
        let width = before < 0x80 ? 1 : high[Int(before) - 0x80].count
        out.text.truncate(to: out.text.count - width)
        out.text.replace((range.lowerBound - 1)..<range.upperBound, with: whole)
      } else {
        out.text.replace(range, with: text)
      }
    }
    return out
  }

  private func decodeMultiple(_ bytes: [UInt8], from start: Int) -> TextFromEncoding? {
    guard let table = ConverterTable(converter) else { return nil }
    var out = TextFromEncoding()
    out.text.reserve(bytes.count * 3 / 2)
    var position = start
    while position < bytes.count {
      let end = Self.asciiEnd(bytes, from: position)
      out.text.copy(position..<end, of: bytes)
      position = end
      guard position < bytes.count else { break }
      var length = 1
      search: while true {
        let range = position..<(position + length)
        switch table.character(Array(bytes[range])) {
        case .character(let text):
          out.text.replace(range, with: text)
          break search
        case .incomplete where length < 4 && range.upperBound < bytes.count:
          length += 1
        default:
          // Only the first byte is lost: what follows may be a character of its own.
          length = 1
          out.breaks(position..<(position + 1))
          break search
        }
      }
      position += length
    }
    return out
  }

  // MARK: Escape sequences

  /// A set of characters that an escape sequence calls up.
  private struct EscapedSet {
    let escape: StaticString
    /// Bytes of a character; 0 keeps the set (an announcement).
    let width: Int
    /// What the eight-bit encoding has in front of the character.
    let shift: [UInt8]
    /// Whether the bytes are ASCII as they are.
    var isASCII = false
  }

  private static let japanese: [EscapedSet] = [
    EscapedSet(escape: "\u{1B}$(D", width: 2, shift: [0x8F]),
    EscapedSet(escape: "\u{1B}$@", width: 2, shift: []),
    EscapedSet(escape: "\u{1B}$B", width: 2, shift: []),
    EscapedSet(escape: "\u{1B}(I", width: 1, shift: [0x8E]),
    EscapedSet(escape: "\u{1B}(B", width: 1, shift: [], isASCII: true),
    EscapedSet(escape: "\u{1B}(J", width: 1, shift: [], isASCII: true),
  ]
  private static let korean: [EscapedSet] = [
    EscapedSet(escape: "\u{1B}$)C", width: 0, shift: []), EscapedSet(escape: "\u{0E}", width: 2, shift: []),
    EscapedSet(escape: "\u{0F}", width: 1, shift: [], isASCII: true),
  ]

  /// Whether `bytes`, all of them ASCII, hold escape sequences of this encoding.
  ///
  /// - Complexity: O(bytes).
  func isAnnounced(in bytes: [UInt8]) -> Bool {
    for index in bytes.indices where bytes[index] == 0x1B {
      if self == .iso2022KR {
        if TextScan.has("\u{1B}$)C", in: bytes, at: index) { return true }
      } else if TextScan.has("\u{1B}$B", in: bytes, at: index)
        || TextScan.has("\u{1B}$@", in: bytes, at: index)
      {
        return true
      }
    }
    return false
  }

  private func decodeEscapes(_ bytes: [UInt8], from start: Int) -> TextFromEncoding? {
    guard let table = ConverterTable(converter) else { return nil }
    let sets = self == .iso2022KR ? Self.korean : Self.japanese
    var current = EscapedSet(escape: "", width: 1, shift: [], isASCII: true)
    var out = TextFromEncoding()
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x1B || byte == 0x0E || byte == 0x0F,
        let set = sets.first(where: { TextScan.has($0.escape, in: bytes, at: position) })
      {
        if set.width > 0 { current = set }
        position += set.escape.utf8CodeUnitCount
        continue
      }
      // Line ends and blanks stand for themselves in every set; a line begins in ASCII again in mail of old systems.
      if current.isASCII || byte <= 0x20 || byte == 0x7F {
        if byte < 0x80 {
          out.text.copy(byte, at: position)
        } else {
          out.breaks(position..<(position + 1))
        }
        position += 1
        continue
      }
      let range = position..<min(bytes.count, position + current.width)
      let answer =
        range.count == current.width && bytes[range].allSatisfy { $0 < 0x80 && $0 > 0x20 }
        ? table.character(current.shift + bytes[range].map { $0 | 0x80 }) : .broken
      if case .character(let text) = answer {
        out.text.replace(range, with: text)
        position = range.upperBound
      } else {
        out.breaks(position..<(position + 1))
        position += 1
      }
    }
    return out
  }
}
