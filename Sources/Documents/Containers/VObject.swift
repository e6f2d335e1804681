/// The lines of an iCalendar or vCard file: properties in components.
///
/// - Source: RFC 5545 section 3.1 (folding, escapes), RFC 6350 section 3, vCard 2.1 (quoted-printable).
struct VObject {
  struct Property {
    /// In upper case, without its group.
    var name: String
    var parameters: [String: String]
    var value: String
  }

  /// In upper case: `VEVENT`, `VCARD`.
  let kind: String
  fileprivate(set) var properties: [Property] = []
  fileprivate(set) var children: [VObject] = []

  private static let deepest = 16
  private static let most = 100_000

  /// The outermost components of a file, without lines that are none of its form.
  ///
  /// - Parameter bytes: valid UTF-8.
  /// - Complexity: O(bytes).
  static func parse(_ bytes: [UInt8]) -> [VObject] {
    var done: [VObject] = []
    var open: [VObject] = []
    var count = 0
    func close() {
      guard let last = open.popLast() else { return }
      if open.isEmpty { done.append(last) } else { open[open.count - 1].children.append(last) }
    }
    for line in lines(bytes) {
      guard let property = property(line) else { continue }
      count += 1
      if count > most { break }
      switch property.name {
      case "BEGIN":
        if open.count < deepest { open.append(VObject(kind: property.value.uppercased())) }
      case "END":
        if open.last?.kind == property.value.uppercased() { close() }
      default:
        if !open.isEmpty { open[open.count - 1].properties.append(property) }
      }
    }
    while !open.isEmpty { close() }
    return done
  }

  private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for raw in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      var line = raw
      if line.last == 0x0D { line.removeLast() }
      if let first = line.first, first == 0x20 || first == 0x09, !lines.isEmpty {
        lines[lines.count - 1] += line.dropFirst()
      } else if let last = lines.last, last.last == 0x3D, isQuoted(last) {
        lines[lines.count - 1] += [0x0A] + line
      } else {
        lines.append(Array(line))
      }
    }
    return lines
  }

  private static func isQuoted(_ line: [UInt8]) -> Bool {
    let head = line.prefix { $0 != 0x3A }
    return String(decoding: head, as: UTF8.self).uppercased().contains("QUOTED-PRINTABLE")
  }

  private static func property(_ line: [UInt8]) -> Property? {
    var colon: Int?
    var isInQuotes = false
    for (index, byte) in line.enumerated() {
      if byte == 0x22 { isInQuotes.toggle() }
      if byte == 0x3A, !isInQuotes {
        colon = index
        break
      }
    }
    guard let colon, colon > 0 else { return nil }
    let parts = String(decoding: line[..<colon], as: UTF8.self).split(separator: ";")
    guard let first = parts.first else { return nil }
    let name = (first.split(separator: ".").last ?? first).uppercased()
    var parameters: [String: String] = [:]
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      let key = pair[0].uppercased()
      let value = pair.count > 1 ? String(pair[1].filter { $0 != "\"" }) : key
      parameters[pair.count > 1 ? key : "TYPE"] = value
    }
    var value = Array(line[(colon + 1)...])
    let encoding = (parameters["ENCODING"] ?? parameters["TYPE"] ?? "").uppercased()
    if encoding == "QUOTED-PRINTABLE" {
      value = MIMEText.text(MIMEText.quotedPrintable(value[...]), charset: parameters["CHARSET"])
    }
    return Property(name: name, parameters: parameters, value: String(decoding: value, as: UTF8.self))
  }

  /// The value of the first property called `name`, without escapes.
  func text(_ name: String) -> String? {
    properties.first { $0.name == name }.map { Self.plain($0.value) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `\n`, `\,`, `\;` and `\\` as what they stand for.
  static func plain(_ value: String) -> String {
    var out: [UInt8] = []
    var isEscaped = false
    for byte in value.utf8 {
      if isEscaped {
        out.append(byte == 0x6E || byte == 0x4E ? 0x0A : byte)
        isEscaped = false
      } else if byte == 0x5C {
        isEscaped = true
      } else {
        out.append(byte)
      }
    }
    while let last = out.last, last <= 0x20 { out.removeLast() }
    return String(decoding: out, as: UTF8.self)
  }
}
