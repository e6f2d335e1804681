import Documents
import Foundation

extension Settings {
  /// How files are read: the configuration's `ocr` and `ingest.encoding`, below what flags say.
  ///
  /// - Parameters:
  ///   - languages: of `--ocr-languages`, with commas between them.
  ///   - isEnabled: of `--ocr` and `--no-ocr`.
  ///   - encoding: of `--encoding`, above the configuration's `ingest.encoding`.
  func readingLimits(
    ocrLanguages languages: String? = nil, ocr isEnabled: Bool? = nil, encoding: String? = nil
  ) throws -> ReadingLimits {
    var limits = ReadingLimits()
    limits.encoding = encoding ?? file.ingest?.encoding
    if let name = limits.encoding, TextEncoding(label: name) == nil {
      throw UsageError(
        "\(encoding == nil ? "ingest.encoding" : "--encoding"): no encoding is called '\(name)'. Known are "
          + TextEncoding.names.joined(separator: ", "))
    }
    limits.recognition.isEnabled = isEnabled ?? file.ocr?.enabled ?? true
    let names = languages?.split(separator: ",").map { String($0).trimmingCharacters(in: .whitespaces) }
    if let names = names ?? file.ocr?.languages {
      limits.recognition.languages = try Self.languages(
        names, by: languages == nil ? "ocr.languages" : "--ocr-languages")
    }
    for (name, value) in [
      ("ocr.seconds_per_page", file.ocr?.secondsPerPage), ("ocr.max_pages", file.ocr?.maximumPages),
    ] {
      if let value, value < 1 { throw UsageError("\(name) must be at least 1, not \(value)") }
    }
    limits.recognition.secondsPerPage = file.ocr?.secondsPerPage ?? limits.recognition.secondsPerPage
    limits.recognition.mostPages = file.ocr?.maximumPages ?? limits.recognition.mostPages
    return limits
  }

  private static func languages(_ names: [String], by setting: String) throws -> [String] {
    guard !names.isEmpty else { throw UsageError("\(setting) names no language; write for example deu,eng") }
    var languages: [String] = []
    for name in names {
      guard let language = RecognitionOptions.language(name) else {
        throw UsageError("\(setting): '\(name)' is no language; write for example de, en, deu or chi_sim")
      }
      if !languages.contains(language) { languages.append(language) }
    }
    return languages
  }
}
