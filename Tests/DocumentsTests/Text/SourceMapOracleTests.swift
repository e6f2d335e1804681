import Documents
import TestSupport
import Testing

/// Random texts in every encoding and with every kind of line end: the map against a walk over the file by hand.
@Suite struct SourceMapOracleTests {
  private static let alphabets: [(encoding: String, letters: String)] = [
    ("windows-1252", "abc äöüß é – “” "), ("windows-1251", "абвгд ёжз ab "), ("KOI8-R", "абвгд ab "),
    ("windows-1253", "αβγ άέ ab "),
    ("Shift_JIS", "灯台のabカナ。 "), ("EUC-JP", "灯台のabカナ。 "), ("GB18030", "灯塔的ab，㐀 "), ("Big5", "燈塔的ab， "),
    ("EUC-KR", "등대의ab "),
    ("UTF-16LE", "aé灯😀 "), ("UTF-16BE", "aé灯😀 "), ("UTF-32LE", "aé灯😀 "), ("UTF-32BE", "aé灯😀 "),
    ("UTF-8", "aé灯😀 "),
    ("windows-1258", "aăđ ơư "), ("windows-874", "กขค ab "), ("IBM866", "абв ab "), ("macintosh", "aéöß "),
  ]

  @Test(arguments: alphabets) func agrees(encoding: String, letters: String) throws {
    let seed: UInt64 = 0xC17E
    var generator = SeededGenerator(seed: seed)
    let scalars = Array(letters.unicodeScalars)
    var limits = ReadingLimits()
    limits.encoding = encoding
    for round in 0..<60 {
      // The characters, each with its bytes in the file, as the file has them.
      var text = String.UnicodeScalarView()
      var file: [UInt8] = []
      var places: [Range<Int>] = []
      for _ in 0..<Int.random(in: 1...80, using: &generator) {
        let isBreak = Int.random(in: 0..<8, using: &generator) == 0
        let shown: Unicode.Scalar = isBreak ? "\n" : (scalars.randomElement(using: &generator) ?? "a")
        let written = isBreak ? ["\n", "\r\n"].randomElement(using: &generator) ?? "\n" : String(shown)
        let bytes = try #require(LegacyEncodingTests.encode(written, as: Self.converter(encoding)))
        let width = try #require(LegacyEncodingTests.encode("\n", as: Self.converter(encoding))).count
        text.append(shown)
        // A break stands where it begins: its first unit.
        places.append(file.count..<(file.count + (isBreak ? width : bytes.count)))
        file += bytes
      }
      let decoded = try TextDecoding.decode(file, limits: limits)
      #expect(decoded.text == String(text), "seed \(seed) round \(round)")
      var offset = 0
      for (scalar, place) in zip(text, places) {
        let width = String(scalar).utf8.count
        #expect(
          decoded.sourceMap.sourceRange(offset..<(offset + width)) == place,
          "seed \(seed) round \(round): \(scalar) at \(offset)")
        offset += width
      }
    }
  }

  private static func converter(_ name: String) -> String {
    switch name {
    case "Shift_JIS": "CP932"
    case "Big5": "BIG5-HKSCS"
    case "EUC-KR": "UHC"
    case "EUC-JP": "EUC-JP-MS"
    default: name
    }
  }

  @Test func encodedPlacesKeepTheMap() throws {
    let text = "Größe — 5 €\r\nzweite Zeile\r\n"
    let file = try #require(LegacyEncodingTests.encode(text, as: "windows-1252"))
    let document = try readDocument(SourceFile(name: "a.txt", bytes: file))
    let back = try #require(DocumentPlaces(encoded: document.places.encoded))
    #expect(back == document.places)
  }
}
