/// A part of a message: its header fields and its body, still encoded.
///
/// - Source: RFC 5322 section 2.2 (fields, folding), RFC 2046 section 5.1 (multipart).
struct MIMEPart {
  /// A field's value and parameters, such as `text/plain; charset=utf-8`.
  struct Value {
    /// In lower case.
    var main: String
    /// By name in lower case.
    var parameters: [String: String]
  }

  private let fields: [(name: String, value: [UInt8])]
  let body: ArraySlice<UInt8>

  /// A header with more than this is not mail.
  private static let mostFields = 2000
  /// Longest field that is looked into, bytes.
  private static let longestField = 64 << 10

  /// Splits `bytes` at the first blank line.
  ///
  /// - Complexity: O(bytes of the header).
  init(_ bytes: ArraySlice<UInt8>) {
    var fields: [(name: String, value: [UInt8])] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let end = bytes[index...].firstIndex(of: 0x0A) ?? bytes.endIndex
      var line = bytes[index..<end]
      if line.last == 0x0D { line.removeLast() }
      if line.isEmpty {
        index = min(end + 1, bytes.endIndex)
        break
      }
      if line.first == 0x20 || line.first == 0x09 {
        if !fields.isEmpty { fields[fields.count - 1].value += line }
      } else if let colon = line.firstIndex(of: 0x3A), colon > line.startIndex,
        line[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7F }), fields.count < Self.mostFields
      {
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        fields.append((name, Array(line[(colon + 1)...])))
      } else if !line.starts(with: Array("From ".utf8)), !line.starts(with: Array(">From ".utf8)),
        fields.isEmpty || !Self.beginsField(bytes[min(end + 1, bytes.endIndex)...])
      {
        // No header, or no blank line behind it: what is there is the body.
        break
      }
      index = min(end + 1, bytes.endIndex)
    }
    self.fields = fields
    body = bytes[index...]
  }

  /// Whether a line `Name: value` is at the start, or one that goes on with a field.
  private static func beginsField(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return false }
    if first == 0x20 || first == 0x09 { return true }
    let name = bytes.prefix(80).prefix { $0 != 0x3A && $0 > 0x20 && $0 < 0x7F }
    return !name.isEmpty && name.endIndex < bytes.endIndex && bytes[name.endIndex] == 0x3A
  }

  var hasFields: Bool { !fields.isEmpty }

  func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

  /// The first field called `name`, decoded, on one line.
  func text(_ name: String) -> String? {
    fields.first { $0.name == name }.flatMap {
      TextAssembler.oneLine(MIMEText.header(Array($0.value.prefix(Self.longestField))))
    }
  }

  /// The first field called `name` as a value with parameters.
  func value(_ name: String) -> Value? {
    guard let raw = fields.first(where: { $0.name == name })?.value else { return nil }
    var pieces = Self.split(Array(raw.prefix(Self.longestField)))
    guard !pieces.isEmpty else { return nil }
    let main = String(decoding: pieces.removeFirst().filter { $0 > 0x20 }, as: UTF8.self).lowercased()
    var found: [String: [UInt8]] = [:]
    for piece in pieces {
      guard let equals = piece.firstIndex(of: 0x3D) else { continue }
      let name = String(decoding: piece[..<equals].filter { $0 > 0x20 }, as: UTF8.self).lowercased()
      if found[name] == nil { found[name] = Self.unquoted(piece[(equals + 1)...]) }
    }
    return Value(main: main, parameters: Self.assembled(found))
  }

  var contentType: Value { contentType(default: "text/plain") }

  /// The type of the body; `main` where the header gives none or none that is one.
  func contentType(default main: String) -> Value {
    guard var type = value("content-type") else { return Value(main: main, parameters: [:]) }
    if !type.main.contains("/"), type.main != "text" { type.main = main }
    return type
  }

  /// This part or the first below it that is of type `main` and no attachment.
  ///
  /// - Complexity: O(bytes × depth).
  func leaf(_ main: String, depth: Int) -> MIMEPart? {
    let type = contentType
    if type.main == main { return value("content-disposition")?.main == "attachment" ? nil : self }
    guard depth > 0, type.main.hasPrefix("multipart/"), let boundary = type.parameters["boundary"],
      !boundary.isEmpty
    else { return nil }
    for body in parts(boundary: boundary) {
      if let found = MIMEPart(body).leaf(main, depth: depth - 1) { return found }
    }
    return nil
  }

  /// The boundary that a body seems to have: a line that begins with `--`, with a header behind it.
  ///
  /// - Complexity: O(bytes).
  func guessedBoundary() -> String? {
    var index = body.startIndex
    while index < body.endIndex {
      let end = body[index...].firstIndex(of: 0x0A) ?? body.endIndex
      var line = body[index..<end]
      while let last = line.last, last <= 0x20 { line.removeLast() }
      if line.count > 4, line.count <= 200, line.starts(with: [0x2D, 0x2D]), end < body.endIndex,
        body[(end + 1)...].prefix(8).map({ ASCII.lowercased($0) }).elementsEqual("content-".utf8)
      {
        return String(decoding: line.dropFirst(2), as: UTF8.self)
      }
      index = end + 1
    }
    return nil
  }

  var transferEncoding: String { value("content-transfer-encoding")?.main ?? "" }

  /// The name of an attachment.
  var fileName: String? {
    let name = value("content-disposition")?.parameters["filename"] ?? contentType.parameters["name"]
    return name.flatMap(TextAssembler.oneLine)
  }

  /// The bodies between the lines of `boundary`.
  ///
  /// - Complexity: O(bytes).
  func parts(boundary: String) -> [ArraySlice<UInt8>] {
    let mark = Array("--\(boundary)".utf8)
    var parts: [ArraySlice<UInt8>] = []
    var start: Int?
    var index = body.startIndex
    while index < body.endIndex {
      let end = body[index...].firstIndex(of: 0x0A) ?? body.endIndex
      if body[index..<end].starts(with: mark) {
        let rest = body[(index + mark.count)..<end]
        let isClosing = rest.starts(with: [0x2D, 0x2D])
        if isClosing || rest.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
          // The line break before the mark belongs to the mark.
          if let start { parts.append(body[start..<max(start, Self.withoutBreak(body, index))]) }
          start = isClosing ? nil : min(end + 1, body.endIndex)
          if isClosing { break }
        }
      }
      index = end + 1
    }
    // Mail that was cut short still has what came before.
    if let start, start < body.endIndex { parts.append(body[start...]) }
    return parts
  }

  private static func withoutBreak(_ body: ArraySlice<UInt8>, _ end: Int) -> Int {
    var end = end
    if end > body.startIndex, body[end - 1] == 0x0A { end -= 1 }
    if end > body.startIndex, body[end - 1] == 0x0D { end -= 1 }
    return end
  }

  // MARK: Parameters

  /// Splits at `;` outside quotes.
  private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    var isQuoted = false
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case 0x22: isQuoted.toggle()
      case 0x5C where isQuoted: index += 1
      case 0x3B where !isQuoted:
        pieces.append(bytes[start..<index])
        start = index + 1
      default: break
      }
      index += 1
    }
    pieces.append(bytes[min(start, bytes.count)...])
    return pieces
  }

  private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var value = bytes.drop { $0 == 0x20 || $0 == 0x09 }
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    guard value.first == 0x22 else { return Array(value) }
    var out: [UInt8] = []
    var isEscaped = false
    for byte in value.dropFirst() {
      if isEscaped {
        out.append(byte)
        isEscaped = false
      } else if byte == 0x5C {
        isEscaped = true
      } else if byte == 0x22 {
        break
      } else {
        out.append(byte)
      }
    }
    return out
  }

  /// Joins RFC 2231's continuations (`name*0*=utf-8''a%20b; name*1=c`) and decodes its and RFC 2047's words.
  private static func assembled(_ raw: [String: [UInt8]]) -> [String: String] {
    var values: [String: String] = [:]
    for name in raw.keys.sorted() {
      guard let star = name.firstIndex(of: "*") else {
        values[name] = raw[name].map { MIMEText.header($0) }
        continue
      }
      let base = String(name[..<star])
      guard values[base] == nil || raw[base] != nil else { continue }
      var charset: String?
      var bytes: [UInt8] = []
      func take(_ piece: [UInt8], isExtended: Bool, isFirst: Bool) {
        guard isExtended else { return bytes.append(contentsOf: piece) }
        var piece = piece[...]
        if isFirst {
          let quotes = piece.indices.filter { piece[$0] == 0x27 }
          if quotes.count >= 2 {
            charset = String(decoding: piece[..<quotes[0]], as: UTF8.self)
            piece = piece[(quotes[1] + 1)...]
          }
        }
        bytes.append(contentsOf: PercentText.decode(Array(piece)))
      }
      if let whole = raw[base + "*"] {
        take(whole, isExtended: true, isFirst: true)
      } else {
        for number in 0..<100 {
          if let piece = raw["\(base)*\(number)*"] {
            take(piece, isExtended: true, isFirst: number == 0)
          } else if let piece = raw["\(base)*\(number)"] {
            take(piece, isExtended: false, isFirst: number == 0)
          } else {
            break
          }
        }
      }
      if !bytes.isEmpty {
        values[base] = String(decoding: MIMEText.text(bytes, charset: charset), as: UTF8.self)
      }
    }
    return values
  }
}
