import Glibc

/// How the cells of a workbook show their numbers, and which are emphasised.
///
/// - Source: ECMA-376 part 1, sections 18.8.30 (number formats) and 18.17.4 (dates).
struct XLSXStyles {
  private enum Display {
    case plain
    case moment(XLSXNumberFormat.Moment)
    case code(XLSXNumberFormat)
  }

  private var displays: [Display] = []
  private var emphasized: [Bool] = []
  private let startsIn1904: Bool

  /// - Parameter startsIn1904: whether day 0 is 1904-01-01, as in old Macintosh workbooks.
  init(_ root: XMLNode?, startsIn1904: Bool) {
    self.startsIn1904 = startsIn1904
    guard let root else { return }
    var custom: [Int: Display] = [:]
    for format in root.first("numFmts")?.elements("numFmt") ?? [] {
      guard let id = format.attribute("numFmtId").flatMap({ Int($0) }),
        let code = format.attribute("formatCode")
      else { continue }
      custom[id] = Self.display(code)
    }
    let bold = (root.first("fonts")?.elements("font") ?? []).map { Self.isOn($0.first("b")) }
    let filled = (root.first("fills")?.elements("fill") ?? []).map {
      $0.first("patternFill")?.attribute("patternType") == "solid"
    }
    var builtIn: [Int: Display] = [:]
    for format in root.first("cellXfs")?.elements("xf") ?? [] {
      func number(_ name: String) -> Int { format.attribute(name).flatMap { Int($0) } ?? 0 }
      let id = number("numFmtId")
      if let display = custom[id] ?? builtIn[id] {
        displays.append(display)
      } else {
        let display = Self.builtIn(id)
        builtIn[id] = display
        displays.append(display)
      }
      let font = number("fontId")
      let fill = number("fillId")
      emphasized.append(
        bold.indices.contains(font) && bold[font] || filled.indices.contains(fill) && filled[fill])
    }
  }

  private static func isOn(_ flag: XMLNode?) -> Bool {
    guard let flag else { return false }
    let value = flag.attribute("val")
    return value != "0" && value != "false"
  }

  /// Whether cells of a style are bold or on a coloured ground.
  func isEmphasized(_ style: Int) -> Bool {
    emphasized.indices.contains(style) && emphasized[style]
  }

  /// The text of a cell's stored number, as the sheet shows it but with dates in ISO 8601; `nil` where the format
  /// shows nothing.
  func text(_ stored: String, style: Int) -> String? {
    guard let value = Double(stored), value.isFinite else { return stored }
    switch displays.indices.contains(style) ? displays[style] : .plain {
    case .plain: return Self.plain(value)
    case .moment(let display): return moment(value, display) ?? Self.plain(value)
    case .code(let format):
      // Numbers of more digits than a sheet has room for are shown with an exponent.
      guard abs(value) < 1e40 else { return Self.plain(value) }
      let (section, isAbsolute) = format.section(for: value)
      if let display = section.moment { return moment(value, display) ?? Self.plain(value) }
      return XLSXNumberFormat.text(value, section, isAbsolute: isAbsolute)
    }
  }

  /// At most 15 significant digits, Excel's precision, so that 0.1 + 0.2 reads 0.3.
  static func plain(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    let scale = 15 - 1 - Int(log10(abs(value)).rounded(.down))
    guard (-20...20).contains(scale) else { return "\(value)" }
    let factor = pow(10, Double(abs(scale)))
    let rounded = scale >= 0 ? (value * factor).rounded() / factor : (value / factor).rounded() * factor
    let text = "\(rounded)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func moment(_ serial: Double, _ display: XLSXNumberFormat.Moment) -> String? {
    // 9999-12-31 is the last day that Excel knows.
    guard serial >= 0, serial < 2_958_466 else { return nil }
    var days = Int(serial.rounded(.down))
    var seconds = Int(((serial - Double(days)) * 86_400).rounded())
    if display == .duration { return DateText.time(days * 86_400 + seconds) }
    if seconds >= 86_400 {
      days += 1
      seconds -= 86_400
    }
    if display == .time || (days == 0 && !startsIn1904) { return DateText.time(seconds) }
    // Excel believes in 1900-02-29, so days before March 1900 are off by one.
    let epoch = startsIn1904 ? -24_107 : (days < 60 ? -25_568 : -25_569)
    let showsTime = display == .dateAndTime && seconds != 0
    return DateText.iso8601(days: epoch + days, seconds: showsTime ? seconds : nil)
  }

  private static func display(_ code: String) -> Display {
    if code.lowercased() == "general" || code == "@" || code.isEmpty { return .plain }
    return .code(XLSXNumberFormat(code))
  }

  private static func builtIn(_ id: Int) -> Display {
    switch id {
    case 14...17, 27...31, 34...36, 50...58: .moment(.date)
    case 18...21, 32, 33, 45, 47: .moment(.time)
    case 22: .moment(.dateAndTime)
    case 46: .moment(.duration)
    default: builtInCodes[id].map(display) ?? .plain
    }
  }

  private static let builtInCodes = [
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "$#,##0;($#,##0)", 6: "$#,##0;[Red]($#,##0)",
    7: "$#,##0.00;($#,##0.00)", 8: "$#,##0.00;[Red]($#,##0.00)", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 37: "#,##0;(#,##0)", 38: "#,##0;[Red](#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)", 41: "#,##0;-#,##0;\"-\"", 42: "$#,##0;-$#,##0;\"-\"",
    43: "#,##0.00;-#,##0.00;\"-\"", 44: "$#,##0.00;-$#,##0.00;\"-\"", 48: "##0.0E+0",
  ]
}
