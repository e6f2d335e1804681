/// The parts of a `multipart/form-data` body.
///
/// - Source: RFC 7578, RFC 2046 section 5.1.
struct MultipartForm {
  struct Part {
    var field: String
    /// `nil` for a field that is no file.
    var fileName: String?
    var bytes: [UInt8]
  }

  private let parts: [Part]

  static let partLimit = 10_000

  /// - Throws: `ServiceError.invalidRequest`.
  /// - Complexity: O(bytes).
  init(_ body: [UInt8], contentType: String) throws(ServiceError) {
    guard let boundary = Self.parameter("boundary", of: contentType), (1...200).contains(boundary.utf8.count)
    else {
      throw ServiceError(.invalidRequest, "the Content-Type of a form needs a boundary")
    }
    // The first delimiter may stand at the very start; all others begin with a line end.
    let delimiter = Array("\r\n--\(boundary)".utf8)
    let text = [13, 10] + body
    var places = Self.places(of: delimiter, in: text)[...]
    var parts: [Part] = []
    while let place = places.popFirst() {
      let start = place + delimiter.count
      if text[start...].starts(with: Array("--".utf8)) { break }
      guard let end = places.first else {
        throw ServiceError(.invalidRequest, "the form has no end: it was cut")
      }
      guard parts.count < Self.partLimit else {
        throw ServiceError(.invalidRequest, "the form has more than \(Self.partLimit) parts")
      }
      parts.append(try Self.part(text[start..<end]))
    }
    guard !parts.isEmpty else { throw ServiceError(.invalidRequest, "the form is empty") }
    self.parts = parts
  }

  var files: [(name: String, bytes: [UInt8])] {
    parts.compactMap { part in part.fileName.map { ($0, part.bytes) } }
  }

  func text(_ field: String) -> String? {
    parts.first { $0.field == field && $0.fileName == nil }.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  private static func part(_ bytes: ArraySlice<UInt8>) throws(ServiceError) -> Part {
    let separator: [UInt8] = [13, 10, 13, 10]
    guard let line = bytes.firstIndex(of: 10), let end = places(of: separator, in: bytes, limit: 1).first
    else {
      throw ServiceError(.invalidRequest, "a part of the form has no head")
    }
    let head = line < end ? String(decoding: bytes[(line + 1)..<end], as: UTF8.self) : ""
    var disposition = ""
    for line in head.split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      if line[..<colon].lowercased() == "content-disposition" {
        disposition = String(line[line.index(after: colon)...])
      }
    }
    guard let field = parameter("name", of: disposition) else {
      throw ServiceError(.invalidRequest, "a part of the form has no name")
    }
    // Browsers send the bare name; some clients a path. Only its end is a name.
    let file = parameter("filename", of: disposition).map { path in
      String(path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? "file")
    }
    return Part(field: field, fileName: file, bytes: Array(bytes[(end + separator.count)...]))
  }

  /// A parameter of a header's value, with or without quotes.
  static func parameter(_ name: String, of header: String) -> String? {
    var rest = header[...]
    while let semicolon = rest.firstIndex(of: ";") {
      rest = rest[rest.index(after: semicolon)...].drop { $0 == " " || $0 == "\t" }
      guard let equals = rest.firstIndex(of: "=") else { return nil }
      let found = rest[..<equals].lowercased()
      rest = rest[rest.index(after: equals)...]
      var value = ""
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
          // Browsers write %22 for a quote; a backslash takes the next as it is.
          value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
        }
      } else {
        value = String(rest.prefix { $0 != ";" }).trimmingSuffix()
      }
      if found == name { return value }
    }
    return nil
  }

  /// Where `needle` begins.
  ///
  /// - Complexity: O(bytes) for needles that begin with a rare byte.
  private static func places<Bytes: RandomAccessCollection<UInt8>>(
    of needle: [UInt8], in bytes: Bytes, limit: Int = .max
  ) -> [Int] where Bytes.Index == Int {
    var places: [Int] = []
    var next = bytes.startIndex
    while places.count < limit, let start = bytes[next...].firstIndex(of: needle[0]) {
      if bytes[start...].starts(with: needle) {
        places.append(start)
        next = start + needle.count
      } else {
        next = start + 1
      }
    }
    return places
  }
}

extension String {
  fileprivate func trimmingSuffix() -> String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return String(text)
  }
}
