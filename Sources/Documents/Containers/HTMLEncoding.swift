/// Tells the encoding of HTML bytes and converts them.
///
/// - Source: after the WHATWG HTML standard, section 13.2.3.2, with one difference: bytes that are valid UTF-8
///   are taken as UTF-8 even where the page says windows-1252, since that is what such pages are.
enum HTMLEncoding {
  /// How far from the start a declaration is looked for, bytes.
  private static let declarationReach = 4096

  /// The text of a page, and a note where its encoding was guessed.
  ///
  /// - Throws: `.undecodable` for binary data or an encoding this system can't convert.
  /// - Complexity: O(bytes).
  static func decode(
    _ bytes: [UInt8], name: String, limits: ReadingLimits
  ) throws(DocumentError) -> (bytes: [UInt8], notes: [ReadingNote]) {
    guard let (charset, body) = limits.encoding == nil ? choose(bytes) : nil else {
      let text = try TextDecoding.decode(bytes, limits: limits)
      return (text.bytes, text.notes)
    }
    guard let decoded = charset.decode(body) else {
      throw DocumentError(
        .undecodable, "'\(name)' is in \(charset.name), which this system can't convert; save it as UTF-8")
    }
    guard !looksBinary(decoded) else {
      throw DocumentError(.undecodable, "'\(name)' holds binary data, not HTML; check the file's extension")
    }
    return (decoded.contains(0) ? decoded.filter { $0 != 0 } : decoded, [])
  }

  /// The encoding that the page says or shows, or `nil` where it has to be guessed.
  private static func choose(_ bytes: [UInt8]) -> (Charset, [UInt8])? {
    if let mark = Charset.byteOrderMark(bytes) { return (mark.charset, Array(bytes[mark.length...])) }
    if bytes.starts(with: [0x3C, 0x00]), let charset = Charset(label: "utf-16le") { return (charset, bytes) }
    if bytes.starts(with: [0x00, 0x3C]), let charset = Charset(label: "utf-16be") { return (charset, bytes) }
    let isUTF8 = TextAssembler.isValidUTF8(bytes)
    guard let declared = declared(bytes) else { return isUTF8 ? (.utf8, bytes) : nil }
    // Bytes that the declared encoding does not have show that it is another.
    if !isUTF8, declared == .utf8, UTF8Survey(bytes).multibyte == 0 { return nil }
    return (isUTF8 && declared == .windows1252 ? .utf8 : declared, bytes)
  }

  /// The encoding named by the first `charset=` or `encoding=` near the start.
  private static func declared(_ bytes: [UInt8]) -> Charset? {
    let head = bytes.prefix(declarationReach).map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    for word in ["charset", "encoding"] {
      let word = Array(word.utf8)
      var index = 0
      while index + word.count < head.count {
        guard head[index] == word[0], head[index..<(index + word.count)].elementsEqual(word) else {
          index += 1
          continue
        }
        index += word.count
        while index < head.count, [0x20, 0x09, 0x0A, 0x0D].contains(head[index]) { index += 1 }
        guard index < head.count, head[index] == 0x3D else { continue }
        index += 1
        while index < head.count, [0x20, 0x22, 0x27].contains(head[index]) { index += 1 }
        let label = head[index...].prefix {
          $0 > 0x20 && $0 < 0x7F && ![0x22, 0x27, 0x3B, 0x3E, 0x2F].contains($0)
        }
        guard let charset = Charset(label: String(decoding: label, as: UTF8.self)) else { continue }
        // A page that names UTF-16 in ASCII bytes is not in UTF-16.
        return charset.name.hasPrefix("UTF-16") ? .utf8 : charset
      }
    }
    return nil
  }

  /// Whether more than 2 in 100 bytes near the start are control characters.
  static func looksBinary(_ bytes: [UInt8]) -> Bool {
    let head = bytes.prefix(8192)
    let controls = head.count { $0 < 0x09 || (0x0E...0x1F).contains($0) && $0 != 0x1B }
    return controls * 50 > head.count
  }
}
