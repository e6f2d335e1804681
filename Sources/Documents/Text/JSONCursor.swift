/// Reads JSON values one after another, in the order of the file, without building a tree.
///
/// - Source: RFC 8259.
package struct JSONCursor {
  package enum Kind { case object, array, string, number, literal }

  package let bytes: [UInt8]
  let end: Int
  package private(set) var position: Int
  /// Takes comments, commas at the end of a list and numbers like `NaN`, and counts them.
  private let isLenient: Bool
  private(set) var liberties = Liberties()

  /// What is not in RFC 8259 and was read all the same.
  struct Liberties: Equatable {
    var comments = 0
    var trailingCommas = 0
    var otherNumbers = 0

    static func += (left: inout Liberties, right: Liberties) {
      left.comments += right.comments
      left.trailingCommas += right.trailingCommas
      left.otherNumbers += right.otherNumbers
    }
  }

  /// - Parameter range: where in `bytes`, which are valid UTF-8, the JSON lies.
  package init(_ bytes: [UInt8], range: Range<Int>? = nil) {
    self.init(bytes, range: range, isLenient: false)
  }

  init(_ bytes: [UInt8], range: Range<Int>? = nil, isLenient: Bool) {
    self.bytes = bytes
    self.isLenient = isLenient
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  package mutating func skipBlanks() {
    while position < end {
      let byte = bytes[position]
      if byte == 0x2F, isLenient, skipComment() { continue }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  /// Steps over the comment that starts here, if one does.
  private mutating func skipComment() -> Bool {
    guard position + 1 < end else { return false }
    var index = position + 2
    switch bytes[position + 1] {
    case 0x2F:
      while index < end, bytes[index] != 0x0A { index += 1 }
    case 0x2A:
      while index + 1 < end, bytes[index] != 0x2A || bytes[index + 1] != 0x2F { index += 1 }
      guard index + 1 < end else { return false }
      index += 2
    default: return false
    }
    position = index
    liberties.comments += 1
    return true
  }

  /// Steps over the comma between two items of a list that `close` ends.
  ///
  /// - Returns: whether another item follows.
  mutating func takeComma(before close: UInt8) -> Bool {
    guard take(0x2C) else { return false }
    guard isLenient, position < end, bytes[position] == close else { return true }
    liberties.trailingCommas += 1
    return false
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
    case 0x4E where isLenient, 0x49 where isLenient, 0x2B where isLenient: return .number
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
  package mutating func string() throws(DocumentError) -> [UInt8] { try sourcedString().bytes }

  /// The same with the way back to `bytes`.
  mutating func sourcedString() throws(DocumentError) -> SourcedText {
    guard position < end, bytes[position] == 0x22 else { throw error("a string is missing") }
    position += 1
    var out = SourcedText()
    while position < end {
      let start = position
      while position < end, bytes[position] != 0x22, bytes[position] != 0x5C, bytes[position] >= 0x20 {
        position += 1
      }
      out.copy(start..<position, of: bytes)
      guard position < end else { break }
      switch bytes[position] {
      case 0x22:
        position += 1
        return out
      case 0x5C:
        let start = position
        let text = try escape()
        out.replace(start..<position, with: text)
      default: throw error("a control character inside a string")
      }
    }
    throw error("a string is never closed")
  }

  private mutating func escape() throws(DocumentError) -> [UInt8] {
    position += 1
    guard position < end else { throw error("a string is never closed") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: return [byte]
    case 0x62: return [0x08]
    case 0x66: return [0x0C]
    case 0x6E: return [0x0A]
    case 0x72: return [0x0D]
    case 0x74: return [0x09]
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
      return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
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
    if isLenient, let word = otherNumber() { return word }
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

  /// The number that starts here as JavaScript and Python write it: `NaN`, `-Infinity`.
  private mutating func otherNumber() -> Range<Int>? {
    for word: StaticString in ["NaN", "-NaN", "Infinity", "-Infinity", "+Infinity"]
    where TextScan.has(word, in: bytes, at: position) && position + word.utf8CodeUnitCount <= end {
      let start = position
      position += word.utf8CodeUnitCount
      liberties.otherNumbers += 1
      return start..<position
    }
    return nil
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
      } while takeComma(before: close)
      try expect(close)
    }
  }

  func error(_ what: String) -> DocumentError {
    DocumentError(.malformed, "not valid JSON \(place): \(what); repair the file")
  }

  func tooDeep() -> DocumentError {
    DocumentError(.tooLarge, "the JSON nests too deep \(place); flatten it or raise the nesting limit")
  }

  /// Where the cursor is, as an editor shows it.
  private var place: String {
    if isAtEnd, end == bytes.count { return "at the end" }
    var line = 1
    var start = 0
    for index in 0..<min(position, bytes.count) where bytes[index] == 0x0A {
      line += 1
      start = index + 1
    }
    let column = bytes[start..<min(position, bytes.count)].count { !ASCII.isContinuation($0) } + 1
    return "at line \(line), column \(column)"
  }
}
