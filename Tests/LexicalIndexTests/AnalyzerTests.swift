import LexicalIndex
import Testing

@Suite struct AnalyzerTests {
  @Test(arguments: [
    ("en", "The quick brown foxes' jumping", "quick brown fox jump"),
    ("en", "Running the model's rollbacks", "run model rollback"),
    ("en", "it isn’t 0.25 or 1,000.5 but v1.2.3", "isn't 0.25 1,000.5 v1.2.3"),
    (
      "en", "camelCase snake_case HTTPServer mRNA", "camel case camelcas snake case snake_cas httpserver mrna"
    ),
    ("en", "naïve café Ångström", "naiv cafe angstrom"),
    ("en", "e-mail, C++ and a/b", "e mail c b"),
    ("en", "🚀 to the 🌙", ""),
    ("en", "東京タワー and 東", "東京 京タ タワ ワー 東"),
    ("en", "ﾃｽﾄ", "テス スト"),
    ("en", "드리프트", "드리 리프 프트"),
    ("de", "Die Häuser und Straßen wurden gebaut", "haus strass wurd gebaut"),
    ("fr", "L'évaluation des modèles d’apprentissage", "evalu model apprentissag"),
    ("ru", "модели обучения", "модел обучен"),
    ("en", "", ""),
    ("xx", "Unknown languages stay", "unknown languages stay"),
  ])
  func terms(language: String, text: String, expected: String) throws {
    var configuration = AnalyzerConfiguration()
    configuration.language = language
    let analyzer = try Analyzer(configuration: configuration)
    #expect(analyzer.terms(of: text).joined(separator: " ") == expected)
  }

  @Test func rangesPointAtTheSource() throws {
    let text = "Les Ångström-Werte: 東京 model's"
    let bytes = Array(text.utf8)
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    let tokens = analyzer.tokens(of: text)
    let words = tokens.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    #expect(words == ["Les", "Ångström", "Werte", "東京", "model's"])
  }

  @Test func longWordsAreCut() throws {
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    let word = String(repeating: "é", count: 5000) + "7"
    #expect(analyzer.terms(of: word).allSatisfy { $0.utf8.count <= 255 })
    #expect(analyzer.terms(of: String(repeating: "x_", count: 50_000)).count > 0)
  }

  @Test(arguments: ["", "e", "EN", "eng", "1a"])
  func badLanguageCodesAreRefused(code: String) {
    var configuration = AnalyzerConfiguration()
    configuration.language = code
    #expect(throws: LexicalIndexError.self) { try Analyzer(configuration: configuration) }
  }
}
