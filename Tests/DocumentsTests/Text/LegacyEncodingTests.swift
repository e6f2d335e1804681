import Documents
import Glibc
import Testing

/// Sentences of many languages in the encodings that these were written in before Unicode.
///
/// `Fixtures/encodings/sentences.tsv` has a line a language: its code, the encodings, a short text, a longer one.
@Suite struct LegacyEncodingTests {
  struct Case: Sendable, CustomStringConvertible {
    let language: String
    let encoding: String
    let text: String
    var description: String { "\(language) in \(encoding), \(text.utf8.count) bytes of UTF-8" }
  }

  static let cases: [Case] = {
    guard let table = try? fixture("encodings/sentences.tsv") else { return [] }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").flatMap { line -> [Case] in
      let fields = line.split(separator: "\t").map(String.init)
      return fields[1].split(separator: " ").flatMap { encoding -> [Case] in
        // Romanian is written with cedillas where an encoding has no commas below.
        let texts = [fields[2], fields[2] + " " + fields[3]].map {
          fields[0] == "ro" && encoding != "ISO-8859-16"
            ? $0.replacing("ș", with: "ş").replacing("ț", with: "ţ") : $0
        }
        return texts.map { Case(language: fields[0], encoding: String(encoding), text: $0) }
      }
    }
  }()

  /// One word and no more sets them apart: Bulgarian of the Macintosh differs by its capitals and by я.
  static let known: Set<String> = ["bg in MAC-CYRILLIC, 159 bytes of UTF-8"]

  @Test func tableIsWhole() {
    #expect(Self.cases.count == 282)
    #expect(Set(Self.cases.map(\.language)).count == 43)
  }

  @Test(arguments: cases) func reads(_ item: Case) throws {
    let bytes = try #require(Self.encode(item.text, as: item.encoding))
    let decoded = try TextDecoding.decode(bytes, limits: ReadingLimits())
    // Windows-1250 and ISO-8859-16 have the same bytes for Romanian with cedillas and with commas.
    let text = decoded.text.replacing("ș", with: "ş").replacing("ț", with: "ţ")
    let expected = item.text.replacing("ș", with: "ş").replacing("ț", with: "ţ")
    if Self.known.contains(item.description) {
      #expect(text != expected, "this is read now: remove it from the list")
    } else {
      #expect(text == expected, "read as \(decoded.encoding.name)")
      #expect(decoded.notes.count == 1)
    }
    try checkMap(decoded, of: bytes, encoding: item.encoding)
  }

  /// The oracle: each character of the text, encoded by itself, is what the file has where the map says.
  private func checkMap(_ decoded: DecodedText, of bytes: [UInt8], encoding: String) throws {
    guard decoded.encoding.name.hasPrefix("UTF") || decoded.text.count < 200 else { return }
    var offset = 0
    var end = 0
    for scalar in decoded.text.unicodeScalars {
      let width = String(scalar).utf8.count
      let source = decoded.sourceMap.sourceRange(offset..<(offset + width))
      offset += width
      #expect(source.lowerBound >= end, "\(scalar) stands before the last character")
      end = source.upperBound
      let own = Self.encode(String(scalar), as: Self.converter(decoded.encoding.name))
      guard let own, !decoded.encoding.name.hasPrefix("ISO-2022") else { continue }
      #expect(Array(bytes[source]) == own, "\(scalar) at \(offset)")
    }
    #expect(end <= bytes.count)
  }

  private static func converter(_ name: String) -> String {
    switch name {
    case "Shift_JIS": "CP932"
    case "Big5": "BIG5-HKSCS"
    case "EUC-KR": "UHC"
    case "EUC-JP": "EUC-JP-MS"
    case "x-mac-cyrillic": "MAC-CYRILLIC"
    default: name
    }
  }

  /// `text` in another encoding by iconv, or `nil` where that has not all its characters.
  static func encode(_ text: String, as encoding: String) -> [UInt8]? {
    let name = encoding.hasPrefix("windows-") ? "CP" + encoding.dropFirst(8) : encoding
    guard let descriptor = iconv_open(name, "UTF-8"), Int(bitPattern: descriptor) != -1 else { return nil }
    defer { iconv_close(descriptor) }
    var input = text.utf8.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: input.count * 4 + 16)
    let left = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output -> Int? in
        var source = input.baseAddress
        var sourceLeft = input.count
        var target = output.baseAddress
        var targetLeft = output.count
        guard iconv(descriptor, &source, &sourceLeft, &target, &targetLeft) != -1,
          iconv(descriptor, nil, nil, &target, &targetLeft) != -1
        else { return nil }
        return targetLeft
      }
    }
    return left.map { left in output.dropLast(left).map { UInt8(bitPattern: $0) } }
  }

  @Test func encodingCanBeForced() throws {
    var limits = ReadingLimits()
    limits.encoding = "IBM850"
    let bytes = try #require(Self.encode("Frühstück für 46 Gäste", as: "IBM850"))
    #expect(try TextDecoding.decode(bytes, limits: limits).text == "Frühstück für 46 Gäste")
    limits.encoding = "latin1"
    #expect(
      try TextDecoding.decode(bytes, limits: limits).text
        == "Fr\u{81}hst\u{81}ck f\u{81}r 46 G„ste".replacing("\u{81}", with: "\u{FFFD}"))
    // A mark says more than the option.
    #expect(try TextDecoding.decode([0xEF, 0xBB, 0xBF] + Array("é".utf8), limits: limits).text == "é")
    limits.encoding = "klingon"
    #expect(throws: DocumentError.self) { try TextDecoding.decode(bytes, limits: limits) }
  }

  @Test(arguments: [
    ("cp1251", "windows-1251"), ("SJIS", "Shift_JIS"), ("latin-2", "ISO-8859-2"), ("Latin1", "windows-1252"),
    ("mac", "macintosh"),
    ("KS_C_5601-1987", "EUC-KR"), ("gbk", "GB18030"), ("utf8", "UTF-8"), ("UTF-16", "UTF-16LE"), ("", nil),
  ])
  func labels(label: String, name: String?) {
    #expect(TextEncoding(label: label)?.name == name)
  }
}
