/// The fonts of an RTF file and the code pages of their characters.
struct RTFCharsets {
  struct Font {
    var name: [UInt8] = []
    /// Windows' number of a character set.
    var charset: Int?
    var codePage: Int?
  }

  /// Code page of text in fonts that name none.
  var defaultPage = 1252
  var defaultFont: Int?
  private var fonts: [Int: Font] = [:]
  private static let mostFonts = 20_000

  mutating func change(_ font: Int, _ body: (inout Font) -> Void) {
    guard fonts[font] != nil || fonts.count < Self.mostFonts else { return }
    body(&fonts[font, default: Font()])
  }

  /// The name of a font that shows other characters than those in the file, else `nil`.
  func symbolFont(_ font: Int?) -> String? {
    guard let found = (font ?? defaultFont).flatMap({ fonts[$0] }) else { return nil }
    let name = TextAssembler.oneLine(String(decoding: found.name, as: UTF8.self)) ?? ""
    let plain = name.hasSuffix(";") ? String(name.dropLast()) : name
    return SymbolFont.isSymbolic(plain) ? plain : nil
  }

  /// `bytes` of text in `font` as UTF-8.
  ///
  /// - Complexity: O(bytes).
  func decode(_ bytes: [UInt8], font: Int?) -> [UInt8] {
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
    let found = (font ?? defaultFont).flatMap { fonts[$0] }
    let page = found?.codePage ?? found?.charset.flatMap { Self.pages[$0] } ?? defaultPage
    return (Self.charset(page) ?? .windows1252).decode(bytes)
      ?? Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  private static func charset(_ page: Int) -> Charset? {
    switch page {
    case 65001: .utf8
    case 10000: Charset(label: "macintosh")
    case 936: Charset(label: "gbk")
    case 949, 1361: Charset(label: "windows-949")
    case 874: Charset(label: "windows-874")
    case 1250...1258: Charset(label: "windows-\(page)")
    default: Charset(label: "cp\(page)")
    }
  }

  /// Code pages of character sets; 0, 1 and 2 leave it to the file.
  private static let pages = [
    77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 437,
  ]
}
