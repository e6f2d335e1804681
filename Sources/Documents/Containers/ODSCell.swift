/// A cell of an OpenDocument spreadsheet while its element is open.
struct ODSCell {
  private let type: String
  private let value: String?
  private let formula: String?
  let columnSpan: Int
  let rowSpan: Int
  var repeats = 1
  var isCovered = false
  var isEmphasized = false
  /// What the sheet shows, a line a paragraph.
  var paragraphs: [[UInt8]] = []
  /// Targets of its links.
  var links: [String] = []

  init(_ attributes: XMLAttributes) {
    type = attributes["value-type"] ?? ""
    value =
      attributes["date-value"] ?? attributes["time-value"] ?? attributes["boolean-value"]
      ?? attributes["string-value"] ?? attributes["value"]
    formula = attributes["formula"]
    func span(_ name: String) -> Int { max(1, min(attributes[name].flatMap { Int($0) } ?? 1, 1 << 21)) }
    columnSpan = span("number-columns-spanned")
    rowSpan = span("number-rows-spanned")
  }

  /// As the sheet shows it, but dates, times and truth values alike in all languages.
  var text: [UInt8] {
    let shown = Array(paragraphs.filter { !$0.isEmpty }.joined(separator: [0x20]))
    // An error is shown in place of the value, which is 0.
    let isError = shown.first == 0x23 || shown.starts(with: "Err:".utf8)
    guard let value, !value.isEmpty, !isError else { return withLinks(shown) }
    switch type {
    case "date": return DateText.iso8601(value).map { Array(Self.withoutFraction($0).utf8) } ?? shown
    case "time": return Self.time(value).map { Array($0.utf8) } ?? shown
    case "boolean": return Array((value == "true" ? "true" : "false").utf8)
    default: break
    }
    if !shown.isEmpty { return withLinks(shown) }
    guard type != "string", let number = Double(value), number.isFinite else {
      return TableText.line(Array(value.utf8))
    }
    return Array(
      (type == "percentage" ? XLSXStyles.plain(number * 100) + "%" : XLSXStyles.plain(number)).utf8)
  }

  private func withLinks(_ text: [UInt8]) -> [UInt8] {
    guard let link = links.first(where: { !$0.hasPrefix("#") }) else { return text }
    let target = link.hasPrefix("mailto:") ? String(link.dropFirst(7)) : link
    let shown = String(decoding: text, as: UTF8.self)
    guard !shown.contains(target), !target.hasSuffix("//" + shown), !target.hasSuffix("//" + shown + "/")
    else {
      return text
    }
    return text + Array(" (\(target))".utf8)
  }

  /// `=SUM(B2:B3)` of `of:=SUM([.B2:.B3])`; `nil` without a formula.
  var formulaText: [UInt8]? {
    guard let formula, let start = formula.utf8.firstIndex(of: 0x3D) else { return nil }
    var out: [UInt8] = []
    var isReference = false
    for byte in formula.utf8[start...] {
      switch byte {
      case 0x5B: isReference = true
      case 0x5D: isReference = false
      case 0x2E where isReference && (out.last.map { !ASCII.isAlphanumeric($0) } ?? true): break
      default: out.append(byte)
      }
    }
    return TableText.line(out)
  }

  /// A date without its time of day where that is midnight, a time without parts of a second.
  private static func withoutFraction(_ date: String) -> String {
    var date = date
    if let point = date.firstIndex(of: ".") { date = String(date[..<point]) }
    return date.hasSuffix("T00:00:00") ? String(date.dropLast(9)) : date
  }

  /// `36:15:00` of `PT36H15M00S`.
  private static func time(_ value: String) -> String? {
    guard value.hasPrefix("PT") else { return nil }
    var seconds = 0
    var number = 0
    var isFraction = false
    for byte in value.utf8.dropFirst(2) {
      switch byte {
      case 0x30...0x39:
        if !isFraction { number = number * 10 + Int(byte) - 0x30 }
        guard number < 1 << 40 else { return nil }
      case 0x2E, 0x2C: isFraction = true
      case 0x48: (seconds, number) = (seconds + number * 3600, 0)
      case 0x4D: (seconds, number) = (seconds + number * 60, 0)
      case 0x53: (seconds, number) = (seconds + number, 0)
      default: return nil
      }
    }
    return DateText.time(seconds)
  }
}
