/// How text becomes terms; the same for passages and queries of a collection.
package struct AnalyzerConfiguration: Codable, Hashable, Sendable {
  /// ISO 639-1 code of the stemmer and stop words; a language without them leaves words as they are.
  package var language = "en"
  package var removesStopWords = true
  package var stems = true
  /// Adds the parts of identifiers such as `camelCase` and `snake_case` beside the whole.
  package var splitsIdentifiers = true
  /// Whether the index keeps the places of terms, which makes phrases fast; `nil` (as in older configurations) does
  /// not.
  package var storesPositions: Bool?

  package init() {}

  /// Names all that decides the terms, with the version of the rules.
  package var identity: String {
    "uax29/2 language=\(language) stop=\(removesStopWords) stem=\(stems) identifiers=\(splitsIdentifiers)"
      + (storesPositions == true ? " positions" : "")
  }
}
