/// How pages and images without a text layer are read by optical character recognition.
package struct RecognitionOptions: Hashable, Codable, Sendable {
  /// Whether it is used at all.
  package var isEnabled = true
  /// Languages that are looked for on every page, as Tesseract names them (`deu`, `eng`); those that are not installed
  /// are left out with a note.
  package var languages = ["deu", "eng"]
  /// Longest time for a page, seconds of the clock and of the processor.
  package var secondsPerPage = 60
  /// Most pages of one file; further ones are named and left out.
  package var mostPages = 500
  /// Most pixels of an image, by its header, before anything is unpacked.
  package var pixels = 120_000_000
  /// Most memory of each program that renders or reads a page, bytes of address space.
  package var memoryBytes = 1 << 30

  package init() {}

  /// What decides what is found in a picture: the same picture is not looked into again under the same identity.
  package var identity: String {
    "1 \(isEnabled) \(languages.joined(separator: "+")) \(secondsPerPage) \(pixels) \(memoryBytes)"
  }

  /// Tesseract's name of a language given by that name or by its ISO 639-1 code.
  ///
  /// - Returns: `nil` for what can be no language's name.
  package static func language(_ name: String) -> String? {
    let lower = String(decoding: name.utf8.map { ASCII.lowercased($0) }, as: UTF8.self)
    if let known = codes[lower] { return known }
    let isName =
      (3...32).contains(name.utf8.count)
      && name.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    return isName ? name : nil
  }

  /// The Debian package that holds a language's model.
  package static func package(of language: String) -> String {
    let name = language.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : ASCII.lowercased($0) }
    return "tesseract-ocr-" + String(decoding: name, as: UTF8.self)
  }

  private static let codes = [
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng",
    "es": "spa", "et": "est", "fa": "fas", "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hr": "hrv",
    "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn", "ko": "kor", "lt": "lit", "lv": "lav", "nb": "nor",
    "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv",
    "sr": "srp", "sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "chi_sim",
    "zh-cn": "chi_sim", "zh-tw": "chi_tra",
  ]
}
