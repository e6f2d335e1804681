/// Reads JSON values one after another, in the order of the file, without building a tree.
///
/// - Source: RFC 8259.
package struct JSONCursor {
  package enum Kind { case object, array, string, number, literal }

  package let bytes: [UInt8]
  let end: Int
  package private(set) var position: Int

  /// - Parameter range: where in `bytes`, which are valid UTF-8, the JSON lies.
  package init(_ bytes: [UInt8], range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  package mutating func skipBlanks() {
    while position < end {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  package var isAtEnd: Bool { position >= end }

  /// The kind of the value that starts here.
  package mutating func kind() throws(DocumentError) -> Kind {
    skipBlanks()
    guard position < end else { throw error("the JSON ends in the middle of a value") }
    switch bytes[position] {
    case 0x7B: return .object
    case 0x5B: return .array
    case 0x22: return .string
    case 0x2D, 0x30...0x39: return .number
    case 0x74, 0x66, 0x6E: return .literal
    default: throw error("no JSON value starts with this character")
    }
  }

  /// Steps over `byte` and white space around it if it is next.
  package mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    skipBlanks()
    return true
  }

  package mutating func expect(_ byte: UInt8) throws(DocumentError) {
    guard take(byte) else {
      throw error("“\(String(UnicodeScalar(byte)))” is missing")
    }
  }

  /// The content of the string that starts here, without escapes; a lone surrogate becomes U+FFFD.
  ///
  /// - Complexity: O(string).
  package mutating func string() throws(DocumentError) -> [UInt8] {
    guard position < end, bytes[position] == 0x22 else { throw error("a string is missing") }
    position += 1
    var out: [UInt8] = []
    while position < end {
      let start = position
      while position < end, bytes[position] != 0x22, bytes[position] != 0x5C, bytes[position] >= 0x20 {
        position += 1
      }
      out.append(contentsOf: bytes[start..<position])
      guard position < end else { break }
      switch bytes[position] {
      case 0x22:
        position += 1
        return out
      case 0x5C: try escape(into: &out)
      default: throw error("a control character inside a string")
      }
    }
    throw error("a string is never closed")
  }

  private mutating func escape(into out: inout [UInt8]) throws(DocumentError) {
    position += 1
    guard position < end else { throw error("a string is never closed") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: out.append(byte)
    case 0x62: out.append(0x08)
    case 0x66: out.append(0x0C)
    case 0x6E: out.append(0x0A)
    case 0x72: out.append(0x0D)
    case 0x74: out.append(0x09)
    case 0x75:
      var value = try unit()
      if value & 0xFC00 == 0xD800, position + 1 < end, bytes[position] == 0x5C, bytes[position + 1] == 0x75 {
        let back = position
        position += 2
        let low = try unit()
        if low & 0xFC00 == 0xDC00 {
          value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
        } else {
          position = back
        }
      }
      let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
      out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      position -= 1
      throw error("an unknown escape in a string")
    }
  }

  private mutating func unit() throws(DocumentError) -> UInt32 {
    guard position + 4 <= end else { throw error("an escape is cut") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = ASCII.lowercased(bytes[position])
      guard ASCII.isDigit(byte) || (0x61...0x66).contains(byte) else {
        throw error("an escape with a wrong digit")
      }
      value = value << 4 | UInt32(ASCII.isDigit(byte) ? byte - 0x30 : byte - 0x57)
      position += 1
    }
    return value
  }

  /// The number that starts here, as written.
  package mutating func number() throws(DocumentError) -> Range<Int> {
    let start = position
    if position < end, bytes[position] == 0x2D { position += 1 }
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[position - whole] != 0x30 else { throw error("not a JSON number") }
    if position < end, bytes[position] == 0x2E {
      position += 1
      guard digits() > 0 else { throw error("not a JSON number") }
    }
    if position < end, bytes[position] | 0x20 == 0x65 {
      position += 1
      if position < end, bytes[position] == 0x2B || bytes[position] == 0x2D { position += 1 }
      guard digits() > 0 else { throw error("not a JSON number") }
    }
    return start..<position
  }

  private mutating func digits() -> Int {
    let start = position
    while position < end, ASCII.isDigit(bytes[position]) { position += 1 }
    return position - start
  }

  /// `true`, `false` or `null`, as written.
  package mutating func literal() throws(DocumentError) -> Range<Int> {
    let start = position
    for word in ["true", "false", "null"] {
      let count = word.utf8.count
      if start + count <= end, bytes[start..<(start + count)].elementsEqual(word.utf8) {
        position = start + count
        return start..<position
      }
    }
    throw error("no JSON value starts with this character")
  }

  /// Steps over the value that starts here.
  ///
  /// - Throws: `.malformed`; `.tooLarge` when it nests deeper than `depth`.
  mutating func skipValue(depth: Int) throws(DocumentError) {
    switch try kind() {
    case .string: _ = try string()
    case .number: _ = try number()
    case .literal: _ = try literal()
    case .object, .array:
      guard depth > 0 else { throw tooDeep() }
      let isObject = bytes[position] == 0x7B
      let close: UInt8 = isObject ? 0x7D : 0x5D
      position += 1
      if take(close) { return }
      repeat {
        if isObject {
          _ = try string()
          try expect(0x3A)
        }
        try skipValue(depth: depth - 1)
      } while take(0x2C)
      try expect(close)
    }
  }

  func error(_ what: String) -> DocumentError {
    let place = isAtEnd ? "at the end" : "at byte \(position)"
    return DocumentError(.malformed, "not valid JSON \(place): \(what); repair the file")
  }

  func tooDeep() -> DocumentError {
    DocumentError(
      .tooLarge, "the JSON nests too deep at byte \(position); flatten it or raise the nesting limit")
  }
}
