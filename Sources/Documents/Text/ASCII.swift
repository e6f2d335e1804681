/// Tests of single bytes of UTF-8 text.
enum ASCII {
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  static func isAlphanumeric(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
  static func isSpaceOrTab(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  /// Space, tab, line feed, vertical tab, form feed or carriage return.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }
  static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }
  static func uppercased(_ byte: UInt8) -> UInt8 { isLower(byte) ? byte & 0xDF : byte }
  /// Whether a byte of UTF-8 continues a scalar that began before it.
  static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// Scans over UTF-8 bytes that readers and the chunker share.
enum TextScan {
  /// The line that holds `position`'s rest: from `position` to the line feed, which is not in it.
  static func line(in bytes: [UInt8], from position: Int, to end: Int) -> Range<Int> {
    var index = position
    while index < end, bytes[index] != 0x0A { index += 1 }
    return position..<index
  }

  /// `range` without blank bytes at both ends.
  static func trimmed(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high, ASCII.isBlank(bytes[low]) { low += 1 }
    while high > low, ASCII.isBlank(bytes[high - 1]) { high -= 1 }
    return low..<high
  }

  static func isBlank(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound {
      guard ASCII.isBlank(bytes[index]) else { return false }
      index += 1
    }
    return true
  }

  /// Whether `bytes` hold nothing but white space, Unicode's included, and characters without width.
  static func isBlankText(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy {
      $0.properties.isWhitespace || $0.value == 0x200B || $0.value == 0xFEFF || $0.value == 0x2060
    }
  }

  /// Whether `bytes` has `word` at `position`.
  static func has(_ word: StaticString, in bytes: [UInt8], at position: Int) -> Bool {
    guard position >= 0, position + word.utf8CodeUnitCount <= bytes.count else { return false }
    return word.withUTF8Buffer { word in
      for index in 0..<word.count where bytes[position + index] != word[index] { return false }
      return true
    }
  }

  static func string(_ range: Range<Int>, in bytes: [UInt8]) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// The largest scalar border that is not after `position`.
  static func scalarBorder(_ position: Int, in bytes: [UInt8]) -> Int {
    var index = min(position, bytes.count)
    while index > 0, index < bytes.count, ASCII.isContinuation(bytes[index]) { index -= 1 }
    return index
  }

  /// `text` with runs of blanks as one space and none at the ends, cut to `limit` UTF-8 bytes.
  static func singleLine(_ text: [UInt8], limit: Int) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(min(text.count, limit))
    var isPending = false
    for byte in text {
      if ASCII.isBlank(byte) {
        isPending = !out.isEmpty
        continue
      }
      if out.count >= limit {
        out.removeSubrange(scalarBorder(limit, in: out + [byte])...)
        return String(decoding: out, as: UTF8.self) + "…"
      }
      if isPending { out.append(0x20) }
      isPending = false
      out.append(byte)
    }
    return String(decoding: out, as: UTF8.self)
  }
}
