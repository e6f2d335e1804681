import Glibc

/// A sample of a file read in one encoding, and how likely that is text.
struct EncodingCandidate {
  let encoding: TextEncoding
  let language: String
  let text: [UInt8]
  /// Logarithm of the likelihood of the characters that are not ASCII, and of the encoding itself.
  var score: Double
  /// Characters that are not ASCII.
  let count: Int

  /// Mean of the logarithm a character; text has -3 to -5, noise less than -10.
  var quality: Double { count > 0 ? score / Double(count) : 0 }

  /// The languages that an encoding is used for, and the logarithm of how rare it is.
  struct Use: Sendable {
    let encoding: TextEncoding
    let models: [LetterModel]
    let prior: Double
    /// Encodings of DOS have signs for frames.
    var hasFrames: Bool { encoding.name.hasPrefix("IBM") }
  }

  static let uses: [Use] = {
    let table: [(label: String, languages: String, prior: Double)] = [
      ("windows-1252", "en de fr es pt it nl sv da nb fi is et ca sq ga", 0), ("ISO-8859-15", "fr et fi", -6),
      ("windows-1250", "pl cs sk hu ro hr sl sq de", -1), ("ISO-8859-2", "pl cs sk hu ro hr sl", -2),
      ("ISO-8859-16", "ro hr", -4), ("ISO-8859-3", "mt eo", -3), ("windows-1251", "ru uk be bg sr mk", 0),
      ("KOI8-R", "ru", -1.5), ("KOI8-U", "uk ru", -2), ("ISO-8859-5", "ru uk be bg sr mk", -2),
      ("IBM866", "ru uk be bg", -1.5), ("x-mac-cyrillic", "ru uk bg sr mk", -3), ("IBM855", "ru bg sr", -4),
      ("windows-1253", "el", -1), ("ISO-8859-7", "el", -1.5), ("IBM737", "el", -3),
      ("windows-1254", "tr", -1),
      ("windows-1255", "he", -1), ("ISO-8859-8", "he", -2), ("IBM862", "he", -3),
      ("windows-1256", "ar fa", -1),
      ("ISO-8859-6", "ar", -2), ("windows-1257", "lt lv et", -1.5), ("ISO-8859-13", "lt lv et", -5),
      ("ISO-8859-4", "lt lv et", -6), ("ISO-8859-10", "se", -5), ("ISO-8859-14", "cy ga", -5),
      ("windows-1258", "vi", -1.5), ("windows-874", "th", -1),
      ("macintosh", "en de fr es pt it sv da nb fi nl is", -5),
      ("IBM850", "de fr es pt it sv da nb fi nl", -5),
      ("IBM437", "en de fr es it sv fi nl", -5), ("IBM852", "pl cs sk hu ro hr sl", -3.5),
      ("IBM857", "tr", -4),
      ("IBM775", "lt lv et", -5), ("x-mac-ce", "pl cs sk hu", -5),
    ]
    return table.compactMap { label, languages, prior in
      guard let encoding = TextEncoding(label: label) else { return nil }
      let wanted = Set(languages.split(separator: " ").map(String.init))
      return Use(
        encoding: encoding, models: LetterModel.all.filter { wanted.contains($0.language) }, prior: prior)
    }
  }()

  init(encoding: TextEncoding, language: String, text: [UInt8], score: Double, count: Int) {
    self.encoding = encoding
    self.language = language
    self.text = text
    self.score = score
    self.count = count
  }

  /// The likeliest language of `sample` in `use`'s encoding, or `nil` where it breaks the encoding's rules.
  ///
  /// - Complexity: O(sample + characters × languages).
  init?(_ sample: [UInt8], in use: Use) {
    guard let decoded = use.encoding.decode(sample), decoded.broken == 0 else { return nil }
    text = decoded.text.bytes
    encoding = use.encoding
    let shape = LetterShape(decoded.text.string, hasFrames: use.hasFrames)
    var best: (score: Double, language: String)?
    for model in use.models {
      var score = use.prior + shape.penalty + (model.isLatin ? shape.latinPenalty : shape.otherPenalty)
      for (scalar, times) in shape.counts { score += model.logShare(scalar) * Double(times) }
      if score > best?.score ?? -.infinity { best = (score, model.language) }
    }
    guard let best else { return nil }
    (score, language) = best
    count = shape.total
  }
}

/// What is counted in a decoded text, whatever its language: characters that are not ASCII, and signs that a text
/// would not have (a capital inside a word, a sign between two letters).
private struct LetterShape {
  var counts: [UInt32: Int] = [:]
  var total = 0
  var penalty = 0.0
  /// For languages in Latin script: letters beside each other that are not ASCII.
  var latinPenalty = 0.0
  /// For others: letters beside ASCII letters.
  var otherPenalty = 0.0

  private enum Class { case lower, upper, letter, mark, digit, blank, other }

  init(_ text: String, hasFrames: Bool) {
    let scalars = Array(text.unicodeScalars)
    let classes = scalars.map(Self.classify)
    func at(_ index: Int) -> Class { classes.indices.contains(index) ? classes[index] : .blank }
    func isLetter(_ index: Int) -> Bool {
      switch at(index) {
      case .lower, .upper, .letter, .mark: true
      default: false
      }
    }
    func isASCII(_ index: Int) -> Bool { scalars.indices.contains(index) && scalars[index].value < 0x80 }
    for index in scalars.indices where scalars[index].value >= 0x80 {
      let value = scalars[index].value
      total += 1
      if hasFrames, (0x2500...0x259F).contains(value) {
        // Frames stand beside frames and blanks.
        penalty -= isLetter(index - 1) || isLetter(index + 1) ? 9 : 5
        continue
      }
      counts[value, default: 0] += 1
      let before = at(index - 1)
      if isLetter(index) {
        let isUpper = at(index) == .upper
        if isUpper, before == .lower { penalty -= 4.6 }
        if at(index) == .lower, before == .upper, at(index - 2) == .upper { penalty -= 3 }
        if isUpper, at(index + 1) == .lower, before == .upper { penalty -= 1.5 }
        if before == .digit || at(index + 1) == .digit { penalty -= 2.3 }
        if !isLetter(index - 1), !isLetter(index + 1) { penalty -= isUpper ? 2.3 : 0.7 }
        if isLetter(index - 1), at(index) != .mark {
          if isASCII(index - 1) { otherPenalty -= 3 } else { latinPenalty -= 2.3 }
        }
      } else if value != 0x2019, value != 0xB7, value != 0x200C, isLetter(index - 1), isLetter(index + 1) {
        penalty -= 3.9
      } else if value == 0x201D, before == .blank, isLetter(index + 1) {
        penalty -= 1.6
      }
    }
  }

  private static func classify(_ scalar: Unicode.Scalar) -> Class {
    switch scalar.properties.generalCategory {
    case .lowercaseLetter: .lower
    case .uppercaseLetter, .titlecaseLetter: .upper
    case .otherLetter, .modifierLetter: .letter
    case .nonspacingMark, .spacingMark: .mark
    case .decimalNumber: .digit
    case .spaceSeparator, .control, .lineSeparator: .blank
    default: .other
    }
  }
}
