/// An encoding of text files, by the name that people know it by.
///
/// - Source: names and labels after IANA's registry of character sets and the WHATWG Encoding Standard, section 4.2.
package struct TextEncoding: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case utf8
    /// UTF-16 and UTF-32: bytes of a code unit and their order.
    case unicode(unit: Int, isBigEndian: Bool)
    /// One byte a character.
    case single
    /// One to four bytes a character, without states.
    case multiple
    /// Seven bits with escape sequences; the converter is asked for each character in its eight-bit form.
    case escapes
  }

  /// Name to show: `windows-1252`.
  package let name: String
  /// iconv's name.
  let converter: String
  let kind: Kind

  static let utf8 = TextEncoding(name: "UTF-8", converter: "UTF-8", kind: .utf8)
  static let windows1252 = TextEncoding(name: "windows-1252", converter: "CP1252", kind: .single)
  static let iso2022JP = TextEncoding(name: "ISO-2022-JP", converter: "EUC-JP-MS", kind: .escapes)
  static let iso2022KR = TextEncoding(name: "ISO-2022-KR", converter: "UHC", kind: .escapes)

  private init(name: String, converter: String, kind: Kind) {
    self.name = name
    self.converter = converter
    self.kind = kind
  }

  static func utf16(isBigEndian: Bool) -> TextEncoding { unicode(unit: 2, isBigEndian: isBigEndian) }

  static func unicode(unit: Int, isBigEndian: Bool) -> TextEncoding {
    let name = "UTF-\(unit * 8)\(isBigEndian ? "BE" : "LE")"
    return TextEncoding(name: name, converter: name, kind: .unicode(unit: unit, isBigEndian: isBigEndian))
  }

  /// The encoding that people, files and detectors call `label`, or `nil` where it is not known.
  package init?(label: String) {
    guard let found = Self.byLabel[Self.key(label)] else { return nil }
    self = found
  }

  /// Names that `init(label:)` knows, for a message.
  package static let names: [String] = {
    var seen: Set<String> = []
    return all.map(\.encoding.name).filter { seen.insert($0).inserted }
  }()

  /// Letters and digits of `label` in lower case.
  private static func key(_ label: String) -> String {
    String(decoding: label.utf8.filter { ASCII.isAlphanumeric($0) }.map(ASCII.lowercased), as: UTF8.self)
  }

  private static let byLabel: [String: TextEncoding] = {
    var table: [String: TextEncoding] = [:]
    for (encoding, labels) in all {
      for label in [encoding.name] + labels.split(separator: " ").map(String.init) {
        table[key(label)] = encoding
      }
    }
    return table
  }()

  private static let all: [(encoding: TextEncoding, labels: String)] = {
    var list: [(encoding: TextEncoding, labels: String)] = [(utf8, "utf8 ascii us-ascii")]
    for unit in [2, 4] {
      list.append(
        (unicode(unit: unit, isBigEndian: false), unit == 2 ? "utf-16 ucs-2 unicode" : "utf-32 ucs-4"))
      list.append((unicode(unit: unit, isBigEndian: true), ""))
    }
    func single(_ name: String, _ converter: String, _ labels: String) {
      list.append((TextEncoding(name: name, converter: converter, kind: .single), labels))
    }
    func multiple(_ name: String, _ converter: String, _ labels: String) {
      list.append((TextEncoding(name: name, converter: converter, kind: .multiple), labels))
    }
    // Files that name Latin-1 hold Windows-1252 as a rule, and so with the other supersets.
    list.append((windows1252, "cp1252 ansi iso-8859-1 latin-1 latin1 l1"))
    for page in [1250, 1251, 1253, 1255, 1256, 1257, 1258] {
      single("windows-\(page)", "CP\(page)", "cp\(page)")
    }
    single("windows-1254", "CP1254", "cp1254 iso-8859-9 latin5")
    single("windows-874", "CP874", "cp874 tis-620 iso-8859-11 thai")
    for part in [2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16] {
      let labels = [
        2: "latin2 l2", 3: "latin3 l3", 4: "latin4 l4", 5: "cyrillic", 6: "arabic", 7: "greek",
        8: "hebrew iso-8859-8-i iso-8859-8-e", 10: "latin6 l6", 13: "latin7", 14: "latin8", 15: "latin9 l9",
        16: "latin10",
      ]
      single("ISO-8859-\(part)", "ISO-8859-\(part)", labels[part] ?? "")
    }
    single("KOI8-R", "KOI8-R", "koi8")
    single("KOI8-U", "KOI8-U", "koi8-ru")
    for page in [437, 737, 775, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866, 869] {
      single("IBM\(page)", "IBM\(page)", "cp\(page) dos\(page)")
    }
    single("macintosh", "MACINTOSH", "mac mac-roman x-mac-roman macroman")
    single("x-mac-cyrillic", "MAC-CYRILLIC", "mac-cyrillic maccyrillic")
    single("x-mac-ce", "MAC-CENTRALEUROPE", "mac-centraleurope maccentraleurope")
    single("VISCII", "VISCII", "")
    multiple("Shift_JIS", "CP932", "sjis x-sjis shift-jis windows-31j cp932 ms_kanji")
    multiple("EUC-JP", "EUC-JP-MS", "x-euc-jp eucjp")
    multiple("GB18030", "GB18030", "gbk gb2312 cp936 x-gbk euc-cn")
    multiple("Big5", "BIG5-HKSCS", "big5-hkscs cp950 cn-big5")
    multiple("EUC-TW", "EUC-TW", "")
    multiple("EUC-KR", "UHC", "uhc cp949 windows-949 ks_c_5601-1987 ksc5601")
    multiple("Johab", "JOHAB", "cp1361")
    list.append((iso2022JP, "csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3"))
    list.append((iso2022KR, "csiso2022kr"))
    return list
  }()
}
