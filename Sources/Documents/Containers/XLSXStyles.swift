import Glibc

/// How the cells of a workbook show their numbers.
///
/// - Source: ECMA-376 part 1, sections 18.8.30 (number formats) and 18.17.4 (dates).
struct XLSXStyles {
  enum Display {
    case plain, percent, date, time, dateAndTime, duration
  }

  private var displays: [Display] = []
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
      custom[id] = Self.display(ofCode: Array(code.utf8))
    }
    for format in root.first("cellXfs")?.elements("xf") ?? [] {
      let id = format.attribute("numFmtId").flatMap { Int($0) } ?? 0
      displays.append(custom[id] ?? Self.builtIn(id))
    }
  }

  /// The text of a cell's stored number, as the sheet would show it but with dates in ISO 8601.
  func text(_ stored: String, style: Int) -> String {
    guard let value = Double(stored), value.isFinite else { return stored }
    let display = displays.indices.contains(style) ? displays[style] : .plain
    switch display {
    case .plain: return Self.plain(value)
    case .percent: return Self.plain(value * 100) + "%"
    case .date, .time, .dateAndTime, .duration: return moment(value, display) ?? Self.plain(value)
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

  private func moment(_ serial: Double, _ display: Display) -> String? {
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

  private static func builtIn(_ id: Int) -> Display {
    switch id {
    case 9, 10: .percent
    case 14...17, 27...31, 34...36, 50...58: .date
    case 18...21, 32, 33, 45, 47: .time
    case 22: .dateAndTime
    case 46: .duration
    default: .plain
    }
  }

  /// What a format code such as `yyyy\-mm\-dd hh:mm` shows, from its first section.
  static func display(ofCode code: [UInt8]) -> Display {
    var hasDate = false
    var hasTime = false
    var hasMinuteOrMonth = false
    var isPercent = false
    var index = 0
    scan: while index < code.count {
      let byte = code[index] | 0x20
      switch code[index] {
      case 0x3B: break scan
      case 0x22:
        index += 1
        while index < code.count && code[index] != 0x22 { index += 1 }
      case 0x5C, 0x5F, 0x2A: index += 1
      case 0x5B:
        var inside: [UInt8] = []
        index += 1
        while index < code.count && code[index] != 0x5D {
          inside.append(code[index] | 0x20)
          index += 1
        }
        if !inside.isEmpty, inside.allSatisfy({ $0 == inside[0] }), [0x68, 0x6D, 0x73].contains(inside[0]) {
          return .duration
        }
      case 0x25: isPercent = true
      default:
        switch byte {
        case UInt8(ascii: "y"), UInt8(ascii: "d"): hasDate = true
        case UInt8(ascii: "h"), UInt8(ascii: "s"): hasTime = true
        case UInt8(ascii: "m"): hasMinuteOrMonth = true
        case UInt8(ascii: "g") where code[index...].prefix(7).map({ $0 | 0x20 }).elementsEqual("general".utf8):
          index += 6
        case UInt8(ascii: "e")
        where index + 1 < code.count && (code[index + 1] == 0x2B || code[index + 1] == 0x2D):
          return .plain
        default: break
        }
      }
      index += 1
    }
    if hasDate { return hasTime ? .dateAndTime : .date }
    if hasTime { return .time }
    if hasMinuteOrMonth { return .date }
    return isPercent ? .percent : .plain
  }
}
