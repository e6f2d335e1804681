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

  /// Two forms of a word for each stemmer, which must become one term, and a third word, which must not.
  @Test(arguments: [
    ("ar", "المكتبة", "المكتبه", "البيت"), ("ca", "gats", "gat", "llibre"),
    ("da", "husene", "huset", "bogen"),
    ("de", "Häuser", "Haus", "Buch"), ("el", "δρόμος", "δρόμοι", "βιβλίο"),
    ("en", "indexes", "indexing", "queries"),
    ("es", "canciones", "canción", "libro"), ("eu", "mendian", "mendiak", "liburua"),
    ("fi", "kylässä", "kylät", "kirja"), ("fr", "chevaux", "cheval", "maison"), ("hi", "किताबें", "किताब", "मकान"),
    ("hu", "házak", "házat", "könyv"), ("id", "membaca", "bacaan", "rumah"),
    ("it", "librerie", "libreria", "casa"),
    ("lt", "namai", "namas", "knyga"), ("nl", "boeken", "boek", "huis"), ("no", "husene", "huset", "boken"),
    ("pt", "livros", "livro", "casa"), ("ro", "cărțile", "cărți", "masa"),
    ("ru", "русский", "русской", "книга"),
    ("sr", "knjige", "knjiga", "sunce"), ("sv", "böckerna", "böcker", "hus"), ("ta", "மரங்கள்", "மரங்களை", "வீடு"),
    ("tr", "kitaplar", "kitap", "evler"),
  ])
  func eachLanguageHasItsStemmer(language: String, first: String, second: String, other: String) throws {
    var configuration = AnalyzerConfiguration()
    configuration.language = language
    let analyzer = try Analyzer(configuration: configuration)
    #expect(analyzer.terms(of: first) == analyzer.terms(of: second))
    #expect(!analyzer.terms(of: other).isEmpty)
    #expect(analyzer.terms(of: first) != analyzer.terms(of: other))
  }

  /// The commonest words carry no term.
  @Test(arguments: [
    ("en", "the of and"), ("de", "der und für"), ("fr", "le des à"), ("es", "el más que"),
    ("it", "il della più"),
    ("pt", "o não são"), ("nl", "de het een"), ("sv", "och på där"), ("da", "og på ikke"),
    ("no", "og på ikke"),
    ("fi", "ja että"), ("ru", "и не что"), ("hu", "a és már"), ("ro", "și în de"), ("tr", "ve çok bir"),
    ("el", "και το της"), ("ar", "في من على"), ("id", "yang dan di"), ("ca", "el amb més"),
  ])
  func stopWordsGo(language: String, text: String) throws {
    var configuration = AnalyzerConfiguration()
    configuration.language = language
    let terms = try Analyzer(configuration: configuration).terms(of: text)
    #expect(Set(terms).isDisjoint(with: text.split(separator: " ").dropFirst().map(String.init)), "\(terms)")
  }

  @Test func arabicWordsBecomeGrams() throws {
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    #expect(analyzer.terms(of: "مدرسة") == ["مدرس", "درسه"])
    #expect(analyzer.terms(of: "بيت") == ["بيت"])
    // Vowel signs and the stretching sign mean nothing, hamza on its carrier is the bare letter.
    #expect(analyzer.terms(of: "أَحْمَد") == analyzer.terms(of: "احـمد"))
  }

  @Test func elidedWordsGo() throws {
    var configuration = AnalyzerConfiguration()
    configuration.language = "it"
    let italian = try Analyzer(configuration: configuration)
    #expect(italian.terms(of: "dell'arte") == italian.terms(of: "arte"))
    #expect(italian.terms(of: "all’aperto") == italian.terms(of: "aperto"))
    configuration.language = "fr"
    let french = try Analyzer(configuration: configuration)
    #expect(french.terms(of: "aujourd'hui").count == 1)
    #expect(french.terms(of: "jusqu'ici") == french.terms(of: "ici"))
  }

  @Test func scriptsWithoutSpacesBecomePairs() throws {
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    #expect(analyzer.terms(of: "ภาษา").count == 3)
    // Vowels of Indian scripts are part of the word.
    #expect(analyzer.terms(of: "दिन") != analyzer.terms(of: "दान"))
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
