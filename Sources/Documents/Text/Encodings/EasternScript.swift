import Glibc

/// How likely text of Chinese, Japanese or Korean is, a character.
///
/// - Source: shares after the general shape of these scripts: some two hundred characters are half of Chinese text, and
///   kana are more than half of Japanese.
struct EasternScript: Sendable {
  let language: String
  let encoding: TextEncoding
  let prior: Double

  static let all: [EasternScript] = [
    ("zh", "GB18030", 0.0), ("zh", "Big5", -0.5), ("zh", "EUC-TW", -3), ("ja", "Shift_JIS", 0.0),
    ("ja", "EUC-JP", -0.5),
    ("ko", "EUC-KR", 0.0),
  ].compactMap { language, label, prior in
    TextEncoding(label: label).map { EasternScript(language: language, encoding: $0, prior: prior) }
  }

  /// The most frequent characters of modern Chinese, simplified and traditional.
  private static let frequent = Set(
    "的一是不了在有人我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让認這來國個說們為時會過學對後麼沒於還發當無開見經頭動兩長樣現將與進實點種聲話兒問機給幾業間電門東聽氣關並內產萬體別處總場師書員華報馬張難數車應號係務條資處"
      .unicodeScalars.map(\.value))

  /// Reads `sample`, in which some characters may be broken, in this encoding.
  ///
  /// - Complexity: O(sample).
  func candidate(_ sample: [UInt8]) -> EncodingCandidate? {
    guard let decoded = encoding.decode(sample) else { return nil }
    var score = prior - 14 * Double(decoded.broken)
    var count = 0
    var kana = 0
    var before: UInt32 = 0x20
    for scalar in decoded.text.string.unicodeScalars {
      defer { before = scalar.value }
      // Accents of western words read like this: a letter, an ideograph, a letter.
      if (scalar.value >= 0x80) != (before >= 0x80), Self.isLetter(scalar.value), Self.isLetter(before) {
        score -= 1.5
      }
      guard scalar.value >= 0x80 else { continue }
      count += 1
      if (0x3041...0x30FF).contains(scalar.value) { kana += 1 }
      score += log(share(scalar.value))
    }
    // Japanese without kana is a list of names at best; noise has few.
    if language == "ja", kana * 12 < count { score -= Double(count) * 3 }
    guard count >= 3, decoded.broken * 20 <= count else { return nil }
    return EncodingCandidate(
      encoding: encoding, language: language, text: decoded.text.bytes, score: score, count: count)
  }

  private static func isLetter(_ value: UInt32) -> Bool {
    value < 0x80 ? ASCII.isLetter(UInt8(value)) : value >= 0x3041 && !(0xFF00...0xFFEF).contains(value)
  }

  private func share(_ value: UInt32) -> Double {
    let isPunctuation =
      (0x3000...0x301F).contains(value)
      || [0xFF0C, 0xFF01, 0xFF1F, 0xFF1A, 0xFF1B, 0xFF08, 0xFF09].contains(value)
    switch value {
    case 0xE000...0xF8FF, 0x20000...: return 1e-9
    case 0x4E00...0x9FFF where language != "ko":
      let isFrequent = Self.frequent.contains(value)
      return language == "ja" ? (isFrequent ? 9e-4 : 1e-4) : (isFrequent ? 2e-3 : 1e-4)
    case 0x4E00...0x9FFF: return 1e-5
    case _ where isPunctuation: return language == "ko" ? 0.002 : 0.012
    case 0x201C, 0x201D, 0x2014, 0x2026, 0xB7, 0x2018, 0x2019: return 0.002
    case 0x3041...0x309F where language == "ja": return 0.0075
    case 0x30A0...0x30FF where language == "ja": return 0.002
    case 0xAC00...0xD7A3 where language == "ko": return 9e-4
    case 0xFF61...0xFF9F where language == "ja": return 0.001
    case 0xFF10...0xFF5A: return 5e-5
    case 0x2460...0x25FF, 0x2190...0x21FF: return 1e-5
    default: return 1e-7
    }
  }
}
