/// The text encodings of e-mail: transfer encodings and encoded words.
///
/// - Source: RFC 2045 section 6 (quoted-printable, base64), RFC 2047 (encoded words), RFC 2231 (parameters).
package enum MIMEText {
  /// `bytes` as they were before transfer encoding `name`.
  ///
  /// - Complexity: O(bytes).
  static func decode(_ bytes: ArraySlice<UInt8>, transferEncoding name: String) -> [UInt8] {
    switch name {
    case "base64": base64(bytes)
    case "quoted-printable": quotedPrintable(bytes)
    default: Array(bytes)
    }
  }

  /// Decodes base64, skipping what isn't in its alphabet.
  static func base64(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var bits: UInt32 = 0
    var held = 0
    for byte in bytes {
      let digit: UInt8
      switch byte {
      case 0x41...0x5A: digit = byte - 0x41
      case 0x61...0x7A: digit = byte - 0x61 + 26
      case 0x30...0x39: digit = byte - 0x30 + 52
      case 0x2B, 0x2D: digit = 62
      case 0x2F, 0x5F: digit = 63
      case 0x3D:
        // Padding ends a group; some senders start another behind it.
        bits = 0
        held = 0
        continue
      default: continue
      }
      bits = bits << 6 | UInt32(digit)
      held += 6
      if held >= 8 {
        held -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
    return out
  }

  static func quotedPrintable(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var index = bytes.startIndex
    let end = bytes.endIndex
    while index < end {
      let byte = bytes[index]
      guard byte == 0x3D else {
        out.append(byte)
        index += 1
        continue
      }
      // A soft break may have blanks before the line's end.
      var next = index + 1
      while next < end, bytes[next] == 0x20 || bytes[next] == 0x09 { next += 1 }
      if next < end, bytes[next] == 0x0D { next += 1 }
      if next < end, bytes[next] == 0x0A {
        index = next + 1
      } else if index + 2 < end, let high = PercentText.hex(bytes[index + 1]),
        let low = PercentText.hex(bytes[index + 2])
      {
        out.append(high << 4 | low)
        index += 3
      } else {
        out.append(byte)
        index += 1
      }
    }
    return out
  }

  /// A header's text with its encoded words decoded: `=?utf-8?Q?caf=C3=A9?=` is `café`.
  ///
  /// Raw bytes past ASCII are taken as UTF-8 where they are valid, else as windows-1252.
  static func header(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    var index = 0
    /// Bytes of words in one charset that follow each other: a character may be split between them.
    var word: (charset: String, bytes: [UInt8])?
    var blanks: [UInt8] = []
    func flush() {
      if let held = word { out.append(contentsOf: text(held.bytes, charset: held.charset)) }
      word = nil
      out.append(contentsOf: blanks)
      blanks = []
    }
    while index < bytes.count {
      if bytes[index] == 0x3D, let found = encodedWord(bytes, index) {
        if let held = word, held.charset == found.charset {
          word?.bytes += found.bytes
          blanks = []
        } else {
          if word != nil { blanks = [] }
          flush()
          word = (found.charset, found.bytes)
        }
        index = found.end
      } else if bytes[index] == 0x20 || bytes[index] == 0x09 {
        blanks.append(0x20)
        index += 1
      } else {
        flush()
        out.append(bytes[index])
        index += 1
      }
    }
    flush()
    if !TextAssembler.isValidUTF8(out), let decoded = Charset.windows1252.decode(out) { out = decoded }
    return String(decoding: out, as: UTF8.self)
  }

  /// The encoded word at `start`: its charset in lower case, its bytes, and where it ends.
  private static func encodedWord(
    _ bytes: [UInt8], _ start: Int
  ) -> (charset: String, bytes: [UInt8], end: Int)? {
    guard start + 1 < bytes.count, bytes[start + 1] == 0x3F else { return nil }
    // Words are at most 75 bytes long; senders exceed that, but not by much.
    let limit = min(bytes.count, start + 1000)
    guard let first = bytes[(start + 2)..<limit].firstIndex(of: 0x3F), first + 2 < limit,
      bytes[first + 2] == 0x3F
    else { return nil }
    var end = first + 3
    while end + 1 < limit, !(bytes[end] == 0x3F && bytes[end + 1] == 0x3D) { end += 1 }
    guard end + 1 < limit else { return nil }
    let payload = bytes[(first + 3)..<end]
    let label = bytes[(start + 2)..<first].prefix { $0 != 0x2A }
    let charset = String(decoding: label, as: UTF8.self).lowercased()
    switch bytes[first + 1] | 0x20 {
    case UInt8(ascii: "b"): return (charset, base64(payload), end + 2)
    case UInt8(ascii: "q"):
      let spaced = payload.map { $0 == 0x5F ? UInt8(0x20) : $0 }
      return (charset, quotedPrintable(spaced[...]), end + 2)
    default: return nil
    }
  }

  /// `bytes` as UTF-8, from the encoding called `charset` where they fit it; else from the one that they seem to be in.
  ///
  /// - Complexity: O(bytes).
  package static func text(_ bytes: [UInt8], charset: String?) -> [UInt8] {
    decoded(bytes, charset: charset).bytes
  }

  /// As `text(_:charset:)`, with notes where an encoding was guessed.
  static func decoded(_ bytes: [UInt8], charset: String?) -> (bytes: [UInt8], notes: [ReadingNote]) {
    let isUTF8 = TextAssembler.isValidUTF8(bytes)
    // Text with several characters that are right in UTF-8 is UTF-8, whatever it is called.
    let isCertain = isUTF8 && bytes.count(where: { $0 >= 0xC0 }) >= 3
    let named = charset.flatMap(Charset.init(label:))
    if let named, named != .utf8, !(isUTF8 && named == .windows1252), !isCertain,
      let decoded = named.decode(bytes),
      isUTF8 || !hasReplacement(decoded)
    {
      return (decoded, [])
    }
    if isUTF8, !bytes.contains(0x1B) { return (bytes, []) }
    do throws(DocumentError) {
      let text = try TextDecoding.decode(bytes, limits: ReadingLimits())
      return (text.bytes, text.notes)
    } catch {
      let decoded =
        (named ?? .windows1252).decode(bytes) ?? Array(String(decoding: bytes, as: UTF8.self).utf8)
      return (decoded, [])
    }
  }

  private static func hasReplacement(_ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0] == 0xEF && bytes[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
  }
}
