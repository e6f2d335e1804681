import Kernels
import LexicalIndex
import Storage
import TestSupport
import Testing

@Suite struct PositionsTests {
  let folder = TemporaryFolder()

  func analyzer(positions: Bool) throws -> Analyzer {
    var configuration = AnalyzerConfiguration()
    if positions { configuration.storesPositions = true }
    return try Analyzer(configuration: configuration)
  }

  func texts(seed: UInt64) -> [String] {
    var generator = SeededGenerator(seed: seed)
    return (0..<300).map { _ in
      (0..<Int.random(in: 1...40, using: &generator))
        .map { _ in "w\(Int.random(in: 0..<8, using: &generator))" }.joined(separator: " ")
    }
  }

  func index(_ texts: [String], _ name: String, positions: Bool = true) throws -> LexicalIndexReader {
    var builder = LexicalIndexBuilder(analyzer: try analyzer(positions: positions))
    for text in texts { builder.add(text) }
    try Folder.create(folder(name))
    _ = try LexicalIndexSerializer.write(builder, to: folder(name))
    let reader = try LexicalIndexReader(folder: folder(name), documentCount: texts.count)
    try reader.verify()
    return reader
  }

  /// Chunks that hold the phrase, by reading their words.
  func scan(_ texts: [String], _ phrase: [String]) -> Set<Ordinal> {
    Set(
      texts.enumerated().compactMap { place, text in
        let words = text.split(separator: " ").map(String.init)
        guard words.count >= phrase.count else { return nil }
        let holds = (0...(words.count - phrase.count)).contains {
          Array(words[$0..<$0 + phrase.count]) == phrase
        }
        return holds ? Ordinal(place) : nil
      })
  }

  @Test func phrasesEqualAScan() throws {
    let seed: UInt64 = 5
    let texts = texts(seed: seed)
    let reader = try index(texts, "a")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let phrase = (0..<Int.random(in: 1...4, using: &generator))
        .map { _ in "w\(Int.random(in: 0..<9, using: &generator))" }
      var candidates = OrdinalSet(universe: texts.count, full: true)
      for term in phrase { candidates.formIntersection(reader.chunks(containing: term)) }
      let found = try #require(reader.chunks(withPhrase: phrase, among: candidates))
      #expect(Set(found) == scan(texts, phrase), "\(phrase)")
    }
  }

  @Test func placesSurviveAMerge() throws {
    let texts = texts(seed: 9)
    let kept = texts.indices.filter { $0 % 3 != 0 }
    let first = try index(texts, "first")
    var merged = LexicalIndexBuilder(analyzer: try analyzer(positions: true))
    merged.append(first, keeping: kept.map { Ordinal($0) })
    try Folder.create(folder("merged"))
    _ = try LexicalIndexSerializer.write(merged, to: folder("merged"))
    _ = try index(kept.map { texts[$0] }, "fresh")
    for file in ["positions.bin", "postings.bin", "terms.dict", "norms.bin"] {
      #expect(
        try Folder.readFile(folder("merged") + "/" + file) == Folder.readFile(folder("fresh") + "/" + file),
        "\(file)")
    }
  }

  @Test func withoutPlacesThereIsNoFile() throws {
    let reader = try index(["a phrase here"], "plain", positions: false)
    #expect(!reader.storesPositions)
    #expect(reader.chunks(withPhrase: ["phrase"], among: OrdinalSet(universe: 1, full: true)) == nil)
    #expect(throws: StorageError.self) { try Folder.readFile(folder("plain") + "/positions.bin") }
  }

  @Test(arguments: [
    ("calibratoin", "calibr", 1), ("retreival", "retriev", 1), ("embeding", "embed", 1),
    ("thresold", "threshold", 1),
    ("kubernettess", "kubernet", 2),
  ])
  func misspeltWordsAreFound(word: String, term: String, distance: Int) throws {
    let reader = try index(
      ["calibration of retrieval", "an embedding and a threshold", "kubernetes calibrated"], "spelling")
    let analyzer = try analyzer(positions: true)
    let corrector = SpellingCorrector(analyzer: analyzer, readers: [reader])
    let found = corrector.correction(of: word, term: analyzer.terms(of: word)[0])
    #expect(found?.term == term)
    #expect((found?.distance ?? 9) <= distance)
  }

  @Test(arguments: ["psi", "bm25", "x86", "wholly", "東京"])
  func otherWordsAreLeftAlone(word: String) throws {
    let reader = try index(["pst bm26 x87 holly 東亰"], "alone")
    let analyzer = try analyzer(positions: true)
    let corrector = SpellingCorrector(analyzer: analyzer, readers: [reader])
    let found = corrector.correction(of: word, term: analyzer.terms(of: word).first ?? "")
    #expect(word == "wholly" ? found?.term == "holli" : found == nil)
  }
}
