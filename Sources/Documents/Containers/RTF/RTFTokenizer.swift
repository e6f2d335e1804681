/// Cuts a file of Rich Text Format into its tokens.
///
/// - Source: Rich Text Format (RTF) Specification, version 1.9.1, "RTF Syntax".
struct RTFTokenizer {
  enum Token {
    /// `{` and `}`.
    case open, close
    /// `\name`, with a number if one follows.
    case word(String, Int?)
    /// `\` and one character that is no letter.
    case symbol(UInt8)
    /// `\'hh`, a byte in the code page of the text.
    case byte(UInt8)
    /// Text without line ends, a range of the file.
    case text(Range<Int>)
  }

  let bytes: [UInt8]
  private(set) var position: Int

  /// The specification's longest word has 32 letters.
  private static let longestWord = 64

  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    position = start
  }

  /// The next token, or `nil` at the end.
  ///
  /// - Complexity: O(token).
  mutating func next() -> Token? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A, 0x0D, 0x00: position += 1
      case 0x7B:
        position += 1
        return .open
      case 0x7D:
        position += 1
        return .close
      case 0x5C:
        if let token = control() { return token }
      default:
        let start = position
        while position < bytes.count {
          switch bytes[position] {
          case 0x0A, 0x0D, 0x00, 0x7B, 0x7D, 0x5C: return .text(start..<position)
          default: position += 1
          }
        }
        return .text(start..<position)
      }
    }
    return nil
  }

  /// - Returns: `nil` at the end of the file.
  private mutating func control() -> Token? {
    position += 1
    guard position < bytes.count else { return nil }
    let first = bytes[position]
    guard ASCII.isLetter(first) else {
      position += 1
      guard first == 0x27 else { return .symbol(first) }
      guard position + 1 < bytes.count, let high = PercentText.hex(bytes[position]),
        let low = PercentText.hex(bytes[position + 1])
      else { return .symbol(first) }
      position += 2
      return .byte(high << 4 | low)
    }
    let start = position
    while position < bytes.count, ASCII.isLetter(bytes[position]), position - start < Self.longestWord {
      position += 1
    }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    let number = parameter()
    if position < bytes.count, bytes[position] == 0x20 { position += 1 }
    if name == "bin", let number, number > 0 {
      position = min(bytes.count, position + number)
    }
    return .word(name, number)
  }

  private mutating func parameter() -> Int? {
    var index = position
    let isNegative = index < bytes.count && bytes[index] == 0x2D
    if isNegative { index += 1 }
    var value = 0
    let start = index
    while index < bytes.count, ASCII.isDigit(bytes[index]) {
      if index - start < 12 { value = value * 10 + Int(bytes[index]) - 0x30 }
      index += 1
    }
    guard index > start else { return nil }
    position = index
    return isNegative ? -value : value
  }
}
