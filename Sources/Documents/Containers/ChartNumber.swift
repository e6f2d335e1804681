import Glibc

/// How a chart shows a stored number.
enum ChartNumber {
  /// `stored` without the noise of binary fractions; percentages as such, days as dates.
  ///
  /// - Parameter format: a number format of ECMA-376 part 1, section 18.8.31.
  static func text(_ stored: String, format: String) -> String {
    guard let value = Double(stored), value.isFinite else { return stored }
    let code = plainCode(format)
    if code.contains("%") { return plain(value * 100) + "%" }
    let isDate = (code.contains("y") || code.contains("d")) && !code.contains("general")
    if isDate, value >= 61, value < 2_958_466 {
      return DateText.iso8601(days: Int(value.rounded(.down)) - 25_569, seconds: nil)
    }
    return plain(value)
  }

  /// At most 15 significant digits, so that 0.1 + 0.2 reads 0.3.
  static func plain(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    let scale = 14 - Int(log10(abs(value)).rounded(.down))
    guard (-20...20).contains(scale) else { return "\(value)" }
    let factor = pow(10, Double(abs(scale)))
    let rounded = scale >= 0 ? (value * factor).rounded() / factor : (value / factor).rounded() * factor
    guard rounded.isFinite else { return "\(value)" }
    let text = "\(rounded)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The first section of `format` in lower case, without quoted text, escaped characters and brackets.
  private static func plainCode(_ format: String) -> String {
    var out = ""
    var closer: Character?
    var isEscaped = false
    for character in format.lowercased() {
      if isEscaped {
        isEscaped = false
      } else if let end = closer {
        if character == end { closer = nil }
      } else if character == ";" {
        break
      } else if character == "\\" || character == "_" || character == "*" {
        isEscaped = true
      } else if character == "\"" {
        closer = "\""
      } else if character == "[" {
        closer = "]"
      } else {
        out.append(character)
      }
    }
    return out
  }
}
