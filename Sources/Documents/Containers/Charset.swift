import Glibc

/// A character encoding that files name themselves, converted through glibc's iconv.
///
/// Only known names are passed on: iconv's rarer converters have had bugs that hostile input can reach.
///
/// - Source: labels after the WHATWG Encoding Standard, section 4.2.
struct Charset: Equatable, Sendable {
  /// iconv's name.
  let name: String

  static let utf8 = Charset(name: "UTF-8")
  static let windows1252 = Charset(name: "CP1252")

  private init(name: String) {
    self.name = name
  }

  /// The encoding called `label` in a MIME header or markup, or `nil` if it is not known.
  init?(label: String) {
    let key = label.utf8.filter { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x27 }.map {
      (0x41...0x5A).contains($0) ? $0 + 32 : $0
    }
    let lower = String(decoding: key, as: UTF8.self)
    guard let name = Self.names[lower] else { return nil }
    self.name = name
  }

  /// `bytes` as UTF-8, with U+FFFD for what is not in the encoding.
  ///
  /// - Returns: `nil` when the system has no converter.
  /// - Complexity: O(bytes).
  func decode(_ bytes: [UInt8]) -> [UInt8]? {
    if self == .utf8 {
      return TextAssembler.isValidUTF8(bytes) ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
    guard let descriptor = iconv_open("UTF-8", name), Int(bitPattern: descriptor) != -1 else { return nil }
    defer { iconv_close(descriptor) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + bytes.count / 2)
    var input = bytes.map { CChar(bitPattern: $0) }
    var piece = [CChar](repeating: 0, count: 16 << 10)
    input.withUnsafeMutableBufferPointer { input in
      var next = input.baseAddress
      var left = input.count
      while left > 0 {
        let produced = piece.withUnsafeMutableBufferPointer { piece in
          var target = piece.baseAddress
          var room = piece.count
          let result = iconv(descriptor, &next, &left, &target, &room)
          let failure = result == -1 ? errno : 0
          for index in 0..<(piece.count - room) { out.append(UInt8(bitPattern: piece[index])) }
          return (count: piece.count - room, failure: failure)
        }
        if produced.failure == EILSEQ || produced.failure == EINVAL
          || (produced.failure != 0 && produced.count == 0)
        {
          out.append(contentsOf: [0xEF, 0xBF, 0xBD])
          next = next?.advanced(by: 1)
          left -= 1
        }
      }
    }
    return out
  }

  /// The encoding a byte order mark names, and the mark's length.
  static func byteOrderMark(_ bytes: [UInt8]) -> (charset: Charset, length: Int)? {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
    if bytes.starts(with: [0xFF, 0xFE]) { return (Charset(name: "UTF-16LE"), 2) }
    if bytes.starts(with: [0xFE, 0xFF]) { return (Charset(name: "UTF-16BE"), 2) }
    return nil
  }

  private static let names: [String: String] = {
    var names: [String: String] = [:]
    func add(_ name: String, _ labels: String) {
      for label in labels.split(separator: " ") { names[String(label)] = name }
    }
    add("UTF-8", "utf-8 utf8 unicode-1-1-utf-8 utf-8-sig")
    add("UTF-16LE", "utf-16 utf-16le unicode ucs-2")
    add("UTF-16BE", "utf-16be")
    add("UTF-7", "utf-7 unicode-1-1-utf-7")
    add(
      "CP1252",
      "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 us-ascii ascii ansi_x3.4-1968")
    for page in [1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258] {
      add("CP\(page)", "windows-\(page) cp\(page) x-cp\(page)")
    }
    add("CP1254", "iso-8859-9 latin5")
    add("CP874", "windows-874 tis-620 iso-8859-11")
    for part in [2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16] {
      add("ISO-8859-\(part)", "iso-8859-\(part) iso8859-\(part) iso_8859-\(part)")
    }
    add("ISO-8859-8", "iso-8859-8-i iso-8859-8-e")
    add("KOI8-R", "koi8-r koi8 koi8r")
    add("KOI8-U", "koi8-u koi8-ru")
    add("IBM866", "ibm866 cp866")
    add("IBM850", "ibm850 cp850")
    add("IBM437", "ibm437 cp437")
    add("MACINTOSH", "macintosh x-mac-roman mac")
    add("GB18030", "gb18030 gbk gb2312 x-gbk gb_2312-80 chinese cp936")
    add("BIG5-HKSCS", "big5 big5-hkscs x-x-big5 cn-big5 cp950")
    add("EUC-JP", "euc-jp x-euc-jp")
    add("ISO-2022-JP", "iso-2022-jp csiso2022jp")
    add("CP932", "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j cp932")
    add("UHC", "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 korean windows-949 cp949")
    add("ISO-2022-KR", "iso-2022-kr")
    return names
  }()
}
