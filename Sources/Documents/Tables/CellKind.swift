/// What the text of a cell looks like, for deciding whether a row names columns or holds values.
enum CellKind: Equatable, Sendable {
  /// No text, or a sign that says so: `-`, `n/a`, `#N/A`.
  case empty
  /// A number, with a sign, separators, a currency, a percent sign or a common unit.
  case number
  /// A whole number from 1900 to 2100 without separators.
  case year
  /// A date or a time.
  case moment
  case truth
  /// Words with a digit among them: `K077`, `Q1`.
  case code
  case text

  /// - Complexity: O(1): texts of more than 40 bytes are text.
  init(_ text: [UInt8]) {
    let bytes = text.count <= 40 ? text : Array(text.prefix(41))
    guard bytes.contains(where: { $0 != 0x20 && $0 != 0x0A }) else {
      self = .empty
      return
    }
    let word = String(decoding: bytes, as: UTF8.self).lowercased()
    if Self.blankMarks.contains(word) || Self.errors.contains(word) {
      self = .empty
    } else if bytes[0] == 0x3D, bytes.count > 1 {
      // A formula stands for its value.
      self = .number
    } else if ["true", "false", "yes", "no", "ja", "nein", "wahr", "falsch"].contains(word) {
      self = .truth
    } else if bytes.count > 40 {
      self = .text
    } else if Self.isYear(bytes) {
      self = .year
    } else if Self.isMoment(bytes) {
      self = .moment
    } else if Self.isNumber(word) {
      self = .number
    } else {
      self = bytes.contains(where: ASCII.isDigit) ? .code : .text
    }
  }

  /// Whether it can only be a value where the cells below are of another kind.
  var isValue: Bool { self == .number || self == .year || self == .moment || self == .truth }

  private static let blankMarks: Set<String> = [
    "-", "--", "–", "—", "n/a", "na", "nan", "null", "none", ".", "..", "...", "…", "#n/a", "?", "x", "/",
    "\\n",
  ]

  private static let errors: Set<String> = [
    "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!", "#getting_data",
  ]

  private static func isYear(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == 4, bytes.allSatisfy(ASCII.isDigit) else { return false }
    return bytes[0] == 0x31 && bytes[1] == 0x39
      || bytes[0] == 0x32 && (bytes[1] == 0x30 || bytes.elementsEqual("2100".utf8))
  }

  /// Two or three groups of digits between `-`, `/`, `.` or `:`, with a time behind a date.
  private static func isMoment(_ bytes: [UInt8]) -> Bool {
    guard bytes.first.map(ASCII.isDigit) == true else { return false }
    var groups: [Int] = []
    var separators: [UInt8] = []
    var digits = 0
    for byte in bytes {
      if ASCII.isDigit(byte) {
        digits += 1
      } else if [0x2D, 0x2F, 0x2E, 0x3A, 0x54, 0x20, 0x5A, 0x2B].contains(byte) {
        if digits > 0 { groups.append(digits) }
        digits = 0
        separators.append(byte)
      } else {
        return false
      }
    }
    if digits > 0 { groups.append(digits) }
    guard groups.count >= 2, groups.allSatisfy({ $0 <= 9 }), let first = separators.first else {
      return false
    }
    switch first {
    case 0x3A: return groups[0] <= 4 && groups[1] == 2
    case 0x2D, 0x2F, 0x2E:
      guard groups.count >= 3, separators.count >= 2, separators[1] == first else { return false }
      return groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2
        || groups[0] <= 2 && groups[1] <= 2 && (groups[2] == 4 || groups[2] == 2)
    default: return false
    }
  }

  private static let currencies: Set<String> = [
    "", "€", "$", "£", "¥", "₹", "₽", "₩", "kr", "kr.", "zł", "fr", "fr.", "rs", "rs.", "r$", "us$", "eur",
    "usd", "gbp",
    "chf", "jpy", "cny", "sek", "nok", "dkk", "pln", "czk", "inr", "aud", "cad", "brl", "try", "huf",
  ]
  private static let units: Set<String> = [
    "%", "‰", "kg", "g", "mg", "t", "m", "km", "cm", "mm", "µm", "h", "min", "s", "ms", "°c", "°f", "°", "k",
    "l", "ml",
    "kb", "mb", "gb", "tb", "w", "kw", "kwh", "mw", "v", "a", "hz", "pcs", "m²", "m³", "km²", "ha", "bn",
    "m€", "t€",
    "pt", "px", "st", "stk", "km/h", "bar", "pa", "hpa", "n", "nm", "x",
  ]

  /// - Parameter word: in lower case.
  private static func isNumber(_ word: String) -> Bool {
    var rest = word.unicodeScalars[...]
    func trim() {
      while let first = rest.first, first == " " || first == "\u{A0}" || first == "\u{202F}" {
        rest.removeFirst()
      }
      while let last = rest.last, last == " " || last == "\u{A0}" || last == "\u{202F}" { rest.removeLast() }
    }
    trim()
    if rest.first == "(", rest.last == ")" { rest = rest.dropFirst().dropLast() }
    trim()
    func sign() {
      if let first = rest.first, "+-−–±<>≤≥~≈*".unicodeScalars.contains(first) { rest.removeFirst() }
      trim()
    }
    sign()
    // A currency in front.
    var front = String.UnicodeScalarView()
    while let first = rest.first, !("0"..."9").contains(first), first != ".", first != "," {
      front.append(first)
      rest.removeFirst()
      if front.count > 4 { return false }
    }
    while let last = front.last, last == " " || last == "\u{A0}" || last == "-" { front.removeLast() }
    guard currencies.contains(String(front)) else { return false }
    if front.isEmpty { sign() }
    var digits = 0
    scan: while let first = rest.first {
      switch first {
      case "0"..."9": digits += 1
      case ".", ",", "'", "’", "\u{A0}", "\u{202F}", "\u{2009}": break
      case " ":
        // A blank inside a number parts thousands; else a unit follows.
        guard let next = rest.dropFirst().first, ("0"..."9").contains(next) else { break scan }
      case "/":
        guard let next = rest.dropFirst().first, ("0"..."9").contains(next) else { break scan }
      case "e":
        let next = rest.dropFirst().first
        guard let next, next == "+" || next == "-" || ("0"..."9").contains(next) else { break scan }
        if next == "+" || next == "-" { rest.removeFirst() }
      default: break scan
      }
      rest.removeFirst()
    }
    trim()
    while let last = rest.last, last == "*" || last == "†" { rest.removeLast() }
    return digits > 0 && (currencies.contains(String(rest)) || units.contains(String(rest)))
  }
}
