import Documents
import TestSupport
import Testing

@Suite struct TextDecodingTests {
  private func decode(_ bytes: [UInt8]) throws(DocumentError) -> DecodedText {
    try TextDecoding.decode(bytes, limits: ReadingLimits())
  }

  @Test(arguments: [
    ("shift_jis", "Shift_JIS"), ("euc-jp", "EUC-JP"), ("gb18030", "GB18030"), ("big5", "Big5"),
    ("euc-kr", "EUC-KR"),
    ("windows-1251", "windows-1251"), ("koi8-r", "KOI8-R"), ("windows-1252", "windows-1252"),
  ])
  func legacyEncodings(name: String, encoding: String) throws {
    let decoded = try decode(try fixture("encodings/\(name).txt"))
    #expect(decoded.encoding.name == encoding)
    #expect(decoded.bytes == (try fixture("encodings/\(name).utf8")))
  }

  private static func utf16(_ text: String, isBig: Bool) -> [UInt8] {
    text.utf16.flatMap { isBig ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
  }

  private static func utf32(_ text: String, isBig: Bool) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in
      let bytes = (0..<4).map { UInt8(scalar.value >> (8 * UInt32($0)) & 255) }
      return isBig ? bytes.reversed() : bytes
    }
  }

  @Test func unicodeWithAndWithoutMark() throws {
    let text = "Naïve 𝛼 text, 日本語の文。\nline two\n"
    for isBig in [false, true] {
      let mark: [UInt8] = isBig ? [0xFE, 0xFF] : [0xFF, 0xFE]
      let suffix = isBig ? "BE" : "LE"
      let marked16 = try decode(mark + Self.utf16(text, isBig: isBig))
      #expect(marked16.text == text && marked16.encoding.name == "UTF-16" + suffix)
      let plain16 = try decode(Self.utf16(text, isBig: isBig))
      #expect(plain16.text == text && plain16.encoding.name == "UTF-16" + suffix)
      let mark32: [UInt8] = isBig ? [0, 0, 0xFE, 0xFF] : [0xFF, 0xFE, 0, 0]
      let marked32 = try decode(mark32 + Self.utf32(text, isBig: isBig))
      #expect(marked32.text == text && marked32.encoding.name == "UTF-32" + suffix)
    }
    let marked8 = try decode([0xEF, 0xBB, 0xBF] + Array(text.utf8))
    #expect(marked8.text == text)
    #expect(marked8.sourceMap.sourceOffset(5) == 8)
  }

  /// A broken sequence costs itself: text before, the bytes, text after, what they become, and where they begin.
  static let repaired: [(String, [UInt8], String, String, Int)] = [
    ("Largely fine: é ü ö ñ, then ", [0xFF], " broken", "\u{FFFD}", 32),
    ("日本", [0xE8, 0xAA], "", "\u{FFFD}", 6),
    ("text with one in it ", [0x81], " and more", "\u{FFFD}", 20),
    ("日本語 ", [0xC0, 0xAF], ".", "\u{FFFD}\u{FFFD}", 10),
    ("café au lait, th", [0xE9], " noir", "é", 17), ("naïve text, 20 ", [0xB0, 0x43], "", "°C", 16),
    ("ñandú ", [0xED, 0xA0, 0x80], " here", "\u{FFFD}\u{FFFD}\u{FFFD}", 8),
    ("ñandú ", [0xF0, 0x9F, 0x98], "", "\u{FFFD}", 8),
  ]

  @Test(arguments: repaired)
  func brokenSequences(before: String, broken: [UInt8], after: String, shown: String, offset: Int) throws {
    let source = Array(before.utf8) + broken + Array(after.utf8)
    let decoded = try decode(source)
    #expect(decoded.text == before + shown + after)
    let note = try #require(decoded.notes.first?.note)
    #expect(note.contains("byte \(offset) (line 1)"), "\(note)")
    // What follows stands where it stood, and the broken bytes are the source of what they became.
    let start = before.utf8.count
    let map = decoded.sourceMap
    #expect(map.sourceRange(start..<(start + shown.utf8.count)) == start..<(start + broken.count))
    for index in 0..<after.utf8.count {
      #expect(map.sourceOffset(start + shown.utf8.count + index) == start + broken.count + index)
    }
  }

  @Test func linesOfTwoEncodings() throws {
    let lines: [[UInt8]] = [Array("señal débil".utf8), [0x73, 0x65, 0xF1, 0x61, 0x6C], Array("mañana".utf8)]
    let decoded = try decode(Array(lines.joined(separator: [0x0A])))
    #expect(decoded.text == "señal débil\nseñal\nmañana")
    #expect(
      decoded.notes.map(\.note) == [
        "1 broken UTF-8 sequence, the first at byte 16 (line 2): read as windows-1252"
      ])
  }

  @Test func nulsOfACrash() throws {
    let before = "08:00 the pump starts\n08:01 pressure rises to 4 bar\n"
    let after = "\n08:07 restarted after the power cut\n"
    let source = Array(before.utf8) + [UInt8](repeating: 0, count: 40) + Array(after.utf8)
    let decoded = try decode(source)
    #expect(decoded.text == before + "\u{FFFD}" + after)
    #expect(decoded.notes.first?.note.contains("40 NUL bytes") == true)
    #expect(
      decoded.sourceMap.sourceRange(before.utf8.count..<(before.utf8.count + 3)) == before.utf8
        .count..<(before.utf8.count + 40))
    #expect(decoded.sourceMap.sourceOffset(before.utf8.count + 3) == before.utf8.count + 40)
  }

  /// Text before, the bad bytes, text after, and what the message must say.
  static let bad: [(String, [UInt8], String, String)] = [
    ("text with ", [0], "NUL", "byte 10"), ("overlong ", [0xC0, 0xAF], "", "byte 9"),
    ("hello ", [0xFF, 0xFE, 0xFD], " world", "byte 6"),
    ("", [1, 2, 3, 0x61, 4, 5], "", "control"), ("", [0xFF, 0xFE, 0x00, 0xD8, 0x41, 0x00], "", "byte 2"),
  ]

  @Test(arguments: bad)
  func undecodable(before: String, bytes: [UInt8], after: String, mention: String) {
    let bytes = Array(before.utf8) + bytes + Array(after.utf8)
    do {
      let decoded = try decode(bytes)
      Issue.record("decoded as \(decoded.encoding.name): \(decoded.text)")
    } catch {
      #expect(error.code == .undecodable)
      #expect(error.message.contains(mention), "\(error.message)")
    }
  }

  @Test func noisePassesAsNothing() {
    let seed: UInt64 = 0x5EED
    var generator = SeededGenerator(seed: seed)
    for round in 0..<300 {
      let count = Int.random(in: 1...400, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      // Noise of a few bytes can be text by chance.
      if let decoded = try? decode(bytes), count > 24 {
        Issue.record(
          "seed \(seed) round \(round): \(count) random bytes read as \(decoded.encoding.name) \(decoded.notes)"
        )
      }
    }
  }

  @Test(arguments: ["", "a\r\nb\rc\nd\r\n", "\r\n\r\n", "\r", "no end", "x\r\r\ny", "ä\r\nö\r\n"])
  func lineEndsMapBack(text: String) throws {
    for mark in [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]] {
      let source = mark + Array(text.utf8)
      let decoded = try decode(source)
      #expect(!decoded.bytes.contains(0x0D))
      // The oracle: walk the source by hand.
      var position = mark.count
      for (offset, byte) in decoded.bytes.enumerated() {
        #expect(decoded.sourceMap.sourceOffset(offset) == position)
        if source[position] == 0x0D {
          #expect(byte == 0x0A)
          position += position + 1 < source.count && source[position + 1] == 0x0A ? 2 : 1
        } else {
          #expect(byte == source[position])
          position += 1
        }
      }
      #expect(position == source.count)
    }
  }

  @Test func everyTruncationOfUTF8CostsOneCharacter() throws {
    let text = Array("é日𝛼 ж words é日𝛼".utf8)
    for end in 4..<text.count {
      let cut = Array(text[..<end])
      let decoded = try decode(cut)
      let isWhole = String(validating: cut, as: UTF8.self) != nil
      #expect(decoded.notes.isEmpty == isWhole, "cut at \(end)")
      #expect(decoded.text == String(decoding: cut, as: UTF8.self), "cut at \(end)")
    }
  }

  @Test func largeTextIsRefused() {
    var limits = ReadingLimits()
    limits.textBytes = 10
    #expect(throws: DocumentError.self) { try TextDecoding.decode(Array("12345678901".utf8), limits: limits) }
    #expect((try? TextDecoding.decode(Array("1234567890".utf8), limits: limits)) != nil)
  }
}
