import Glibc

/// Encodings from before Unicode, told by whether they give plausible text.
enum LegacyEncoding {
  /// Bytes of the start of a file that are enough to judge it.
  private static let sampleBytes = 128 << 10

  /// Reads `bytes`, which are no UTF-8 and hold no NUL, in the one encoding that makes text of them.
  ///
  /// - Returns: `nil` when no encoding does, or when two do equally well.
  /// - Complexity: O(bytes).
  static func decode(_ bytes: [UInt8], survey: UTF8Survey) -> (text: [UInt8], encoding: String)? {
    let sample = Array(bytes[..<min(bytes.count, sampleBytes)])
    if survey.multibyte * 10 <= survey.broken, WesternPlausibility(sample).isPlausible,
      let text = convert(bytes, from: "CP1252")
    {
      return (text, "CP1252")
    }
    var ranked: [(score: Double, script: ScriptPlausibility)] = []
    for script in ScriptPlausibility.all {
      guard let text = convert(sample, from: script.encoding, isSample: sample.count < bytes.count) else {
        continue
      }
      let score = script.score(text)
      if score >= 0.45 { ranked.append((score, script)) }
    }
    ranked.sort { $0.score > $1.score }
    guard let best = ranked.first else { return nil }
    // Encodings of one script share most code points, so near-equal scores are a real doubt only between scripts.
    if ranked.count > 1, ranked[1].score > best.score - 0.05,
      ranked[1].script.language != best.script.language
    {
      return nil
    }
    guard let text = convert(bytes, from: best.script.encoding) else { return nil }
    return (text, best.script.encoding)
  }

  /// `bytes` as UTF-8, or `nil` where they break the encoding's rules or the system has no converter.
  ///
  /// - Parameter isSample: the last character may be cut.
  static func convert(_ bytes: [UInt8], from encoding: String, isSample: Bool = false) -> [UInt8]? {
    guard let descriptor = iconv_open("UTF-8", encoding), Int(bitPattern: descriptor) != -1 else {
      return nil
    }
    defer { iconv_close(descriptor) }
    // No character of these encodings needs more than three bytes of UTF-8 for one byte, or four for two.
    var out = [UInt8](repeating: 0, count: bytes.count * 3 + 16)
    var input = bytes
    let room = out.count
    let left = input.withUnsafeMutableBytes { input in
      out.withUnsafeMutableBytes { out -> Int? in
        var source = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var sourceLeft = input.count
        var target = out.baseAddress?.assumingMemoryBound(to: CChar.self)
        var targetLeft = room
        if iconv(descriptor, &source, &sourceLeft, &target, &targetLeft) == -1 {
          guard isSample, errno == EINVAL else { return nil }
        }
        return targetLeft
      }
    }
    guard let left else { return nil }
    out.removeLast(left)
    return out
  }
}

/// Whether bytes read as Windows-1252 look like words of a western European language.
///
/// A high byte is plausible as a letter beside an ASCII letter, in the case its neighbours ask for, or as
/// common punctuation. One that starts a cut UTF-8 sequence is not: that is damage, not an accent.
struct WesternPlausibility {
  private var good = 0
  private var total = 0

  var isPlausible: Bool { total > 0 && good * 5 >= total * 4 }

  init(_ bytes: [UInt8]) {
    for index in bytes.indices where bytes[index] >= 0x80 {
      total += 1
      let before = index > 0 ? bytes[index - 1] : 0x20
      let after = index + 1 < bytes.count ? bytes[index + 1] : 0x20
      if Self.isPlausible(bytes[index], before: before, after: after) { good += 1 }
    }
  }

  private static func isPlausible(_ byte: UInt8, before: UInt8, after: UInt8) -> Bool {
    let isContinuationLike = ASCII.isContinuation(byte) && (0xC2...0xF4).contains(before)
    let isLeadLike = (0xC2...0xF4).contains(byte) && ASCII.isContinuation(after)
    if isContinuationLike || isLeadLike { return false }
    let touchesLetter = ASCII.isLetter(before) || ASCII.isLetter(after)
    switch byte {
    case 0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFF: return false
    case 0x9A, 0x9C, 0x9E, 0xDF...0xF6, 0xF8...0xFE:
      return touchesLetter
    case 0x8A, 0x8C, 0x8E, 0x9F, 0xC0...0xD6, 0xD8...0xDE:
      if ASCII.isLower(before) { return false }
      return touchesLetter || (byte == 0xC0 && before == 0x20 && after == 0x20)
    case 0x80, 0x85, 0x91...0x97, 0x99, 0xA0, 0xA3, 0xA7, 0xA9, 0xAA, 0xAB, 0xAE, 0xB0...0xB3, 0xB5, 0xB7,
      0xBA,
      0xBB, 0xBC...0xBE, 0xD7:
      return before < 0x80 && after < 0x80
    case 0xA1, 0xBF: return ASCII.isLetter(after)
    default: return false
    }
  }
}

/// How well decoded text fits the language an encoding was made for.
struct ScriptPlausibility: Sendable {
  let encoding: String
  let language: String

  static let all = [
    ScriptPlausibility(encoding: "CP932", language: "ja"),
    ScriptPlausibility(encoding: "EUC-JP", language: "ja"),
    ScriptPlausibility(encoding: "GB18030", language: "zh"),
    ScriptPlausibility(encoding: "BIG5-HKSCS", language: "zh"),
    ScriptPlausibility(encoding: "UHC", language: "ko"),
    ScriptPlausibility(encoding: "CP1251", language: "ru"),
    ScriptPlausibility(encoding: "KOI8-R", language: "ru"),
  ]

  /// The most frequent characters of modern Chinese, simplified and traditional.
  private static let frequentHanzi = Set(
    "的一是不了在有人我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让認這來國個說們為時會過學對後麼沒於還發當無開見經頭動兩長樣現將與進實點種聲話兒問機給幾業間電門東聽氣關並內產萬體別處總場師書員華報馬張難數車應號係務條資處"
      .unicodeScalars.map(\.value))
  private static let frequentCyrillic = Set("оеаинтсрвлкмдпу".unicodeScalars.map(\.value))

  /// Mean plausibility of the characters that are not ASCII: about 0.5 to 1 for real text, negative for noise.
  ///
  /// - Complexity: O(text).
  func score(_ text: [UInt8]) -> Double {
    var sum = 0.0
    var total = 0
    var kana = 0
    var previous: UInt32 = 0x20
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      defer { previous = scalar.value }
      guard scalar.value >= 0x80 else { continue }
      total += 1
      if (0x3041...0x30FF).contains(scalar.value) { kana += 1 }
      sum += weight(scalar.value, after: previous)
    }
    // Two or three characters fit anything.
    guard total >= 4 else { return -1 }
    if language == "ja", kana * 7 < total { return -1 }
    return sum / Double(total)
  }

  private func weight(_ value: UInt32, after previous: UInt32) -> Double {
    switch value {
    case 0x80...0x9F: return -3
    case 0xE000...0xF8FF, 0xF0000...: return -2
    default: break
    }
    switch language {
    case "ja":
      switch value {
      case 0x3041...0x30FF: return 1
      case 0x3000...0x303F, 0xFF00...0xFF60: return 0.8
      case 0x4E00...0x9FFF: return 0.5
      default: return -0.5
      }
    case "zh":
      switch value {
      case 0x4E00...0x9FFF: return Self.frequentHanzi.contains(value) ? 1 : 0.25
      case 0x3000...0x303F, 0xFF00...0xFF60: return 0.8
      case 0x3041...0x30FF: return -0.6
      default: return -0.5
      }
    case "ko":
      switch value {
      case 0xAC00...0xD7A3: return 0.8
      case 0x3000...0x303F, 0xFF00...0xFF60: return 0.5
      default: return -0.5
      }
    default:
      switch value {
      case 0x430...0x44F, 0x451: return Self.frequentCyrillic.contains(value) ? 0.9 : 0.3
      // A capital after a small letter is what the wrong one of two encodings gives.
      case 0x410...0x42F, 0x401: return (0x430...0x451).contains(previous) ? -1 : 0.3
      case 0xAB, 0xBB, 0x2010...0x2026, 0x2116, 0xA0: return 0.3
      default: return -0.7
      }
    }
  }
}
