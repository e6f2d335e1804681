/// Tests and repairs of the text of single words.
enum LayoutText {
  /// `text` without control characters, byte order marks and blanks at its ends, ligatures spelled out; a soft hyphen
  /// stays only at the end, where it says that the word goes on.
  ///
  /// - Complexity: O(bytes), and no copy of ASCII.
  static func clean(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0...0x1F, 0x7F...0x9F, 0xFEFF, 0x200B, 0x2060: continue
      case 0x20, 0xA0, 0x2000...0x200A, 0x202F, 0x3000:
        if !out.isEmpty { out.append(" ") }
      case 0xFB00...0xFB06:
        let letters = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"][Int(scalar.value) - 0xFB00]
        out.append(contentsOf: letters.unicodeScalars)
      default: out.append(scalar)
      }
    }
    while out.last == " " { out.removeLast() }
    let isCut = out.last?.value == 0xAD
    if out.contains(where: { $0.value == 0xAD }) {
      out = String.UnicodeScalarView(out.filter { $0.value != 0xAD })
      if isCut, !out.isEmpty { out.append("\u{AD}") }
    }
    return String(out)
  }

  /// Whether a word is nothing but replacement characters and private glyphs: a font without a mapping to text.
  static func isMeaningless(_ text: String) -> Bool {
    if text.utf8.first.map({ $0 < 0x80 }) == true { return text.hasPrefix("(cid:") }
    return text.unicodeScalars.allSatisfy(isMeaningless)
  }

  static func isMeaningless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Bullets of symbol fonts mean a bullet.
    case 0xF0A7, 0xF0B7, 0xF076, 0xF0D8, 0xF0FC: false
    case 0xFFFD, 0xE000...0xF8FF, 0xF_0000...0x10_FFFD: true
    default: false
    }
  }

  static func isLeader(_ text: String) -> Bool {
    text.utf8.count >= 2 && text.unicodeScalars.allSatisfy(isDot)
  }

  private static func isDot(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "." || scalar == "…" || scalar == "_" || scalar == "·" || scalar == "‥"
  }

  /// `text` cut around runs of five dots and more, each part with its share of the width.
  static func partsAroundLeaders(_ text: String) -> [(String, ClosedRange<Double>)] {
    guard text.utf8.contains(0x2E) || text.utf8.contains(0x5F) || text.contains("…") else {
      return [(text, 0...1)]
    }
    let scalars = Array(text.unicodeScalars)
    var parts: [(String, ClosedRange<Double>)] = []
    var start = 0
    func add(_ whole: Range<Int>) {
      var range = whole
      while !range.isEmpty, scalars[range.lowerBound] == " " {
        range = (range.lowerBound + 1)..<range.upperBound
      }
      while !range.isEmpty, scalars[range.upperBound - 1] == " " {
        range = range.lowerBound..<(range.upperBound - 1)
      }
      guard !range.isEmpty else { return }
      var part = String.UnicodeScalarView()
      part.append(contentsOf: scalars[range])
      let count = Double(scalars.count)
      parts.append((String(part), Double(range.lowerBound) / count...Double(range.upperBound) / count))
    }
    var index = 0
    while index < scalars.count {
      var end = index
      while end < scalars.count, isDot(scalars[end]) { end += 1 }
      if end - index >= 5, end - index < scalars.count {
        add(start..<index)
        add(index..<end)
        start = end
      }
      index = max(end, index + 1)
    }
    add(start..<scalars.count)
    return parts
  }

  static func kind(of text: String) -> LayoutWord.Kind {
    var hasDigit = false
    var hasSign = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "0"..."9": hasDigit = true
      case "$", "€", "£", "¥", "%", "‰", "(", ")", "[", "]", "₹", "₽": hasSign = true
      default: if scalar.properties.isAlphabetic { return isCurrencyCode(text) ? .sign : .text }
      }
    }
    return hasDigit ? .number : hasSign ? .sign : .mark
  }

  /// A currency sign that is written before its amount.
  static func isPrefix(_ text: String) -> Bool {
    switch text {
    case "$", "£", "¥", "₹", "US$", "$(", "Rs.": true
    default: false
    }
  }

  /// `2024`, `2023/24`, `(000)`: a name of a column rather than an amount.
  static func isName(_ text: String) -> Bool {
    let digits = text.utf8.filter { ASCII.isDigit($0) }
    guard text.utf8.count <= 10, !text.utf8.contains(0x2C), !text.utf8.contains(0x2E) else { return false }
    if digits.count == 3, digits.allSatisfy({ $0 == 0x30 }), text.hasPrefix("(") || text.hasPrefix("$") {
      return true
    }
    let isRange = text.contains("/") || text.contains("-") || text.contains("–")
    guard digits.count == 4 || isRange && [5, 6, 8].contains(digits.count) else { return false }
    return digits.starts(with: [0x31, 0x39]) || digits.starts(with: [0x32, 0x30])
  }

  /// Whether a cell is but the mark of a note: `(a)`, `*`, `†`.
  static func isNoteMark(_ text: String) -> Bool {
    if text.unicodeScalars.allSatisfy({ $0 == "*" || $0 == "†" || $0 == "‡" || $0 == "§" }) { return true }
    return text.utf8.count <= 5 && text.hasPrefix("(") && text.hasSuffix(")") && isMarker(text)
  }

  private static func isCurrencyCode(_ text: String) -> Bool {
    switch text {
    case "EUR", "USD", "GBP", "CHF", "JPY", "US$", "Rs.", "kr": true
    default: false
    }
  }

  static func startsLowercase(_ text: String) -> Bool {
    for scalar in text.unicodeScalars {
      if scalar.properties.isAlphabetic { return scalar.properties.isLowercase }
      if scalar.value >= 0x30 && scalar.value <= 0x39 { return false }
    }
    return false
  }

  static func startsUppercase(_ text: String) -> Bool {
    text.unicodeScalars.first { $0.properties.isAlphabetic }?.properties.isUppercase ?? false
  }

  /// Whether a sentence may end with this word.
  static func endsSentence(_ text: String) -> Bool {
    for scalar in text.unicodeScalars.reversed() {
      switch scalar {
      case ".", "!", "?", ":", "…", "。", "！", "？": return true
      case "\"", "'", "”", "’", "»", "«", ")", "]", "“": continue
      default: return false
      }
    }
    return false
  }

  /// A script that puts no spaces between words: kana, ideographs, full-width forms.
  static func isIdeograph(_ scalar: Unicode.Scalar?) -> Bool {
    guard let value = scalar?.value else { return false }
    return (0x2E80...0x9FFF).contains(value) || (0xF900...0xFAFF).contains(value)
      || (0xFF01...0xFFEF).contains(value) || (0x20000...0x3FFFF).contains(value)
  }

  /// Whether a word opens a list item: a bullet, or a number or letter as lists have.
  static func isMarker(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars.prefix(8))
    guard let first = scalars.first, scalars.count < 8 else { return false }
    if scalars.count == 1 {
      switch first {
      case "•", "◦", "▪", "‣", "●", "○", "■", "□", "–", "—", "-", "*", "·", "➢", "✓", "►", "\u{F0B7}",
        "\u{F0A7}",
        "\u{F076}", "\u{F0D8}", "\u{F0FC}":
        return true
      default: return false
      }
    }
    guard scalars.last == "." || scalars.last == ")" else { return false }
    let body = scalars.dropFirst(first == "(" ? 1 : 0).dropLast()
    guard !body.isEmpty else { return false }
    if body.allSatisfy({ ("0"..."9").contains($0) }) { return body.count <= 3 }
    if body.count == 1 { return body.allSatisfy { ("a"..."z").contains($0) || ("A"..."Z").contains($0) } }
    return body.count <= 5 && body.allSatisfy { "ivx".unicodeScalars.contains($0) }
  }
}
