import Documents
import IndexStore
import Retrieval
import TestSupport
import Testing

@Suite struct QueryTests {
  let folder = TemporaryFolder()

  @Test func syntaxIsRead() {
    let fields = ["lang", "year"]
    let query = QuerySyntax(
      "drift \"major drift\" -canary -\"old way\" lang:de year:2024 -lang:fr", fields: fields)
    #expect(query.words == "drift major drift")
    #expect(query.phrases == ["major drift"])
    #expect(query.excluded == ["canary", "old way"])
    #expect(
      query.conditions == [
        .compare(field: "lang", .eq, .string("de")),
        .or([.compare(field: "year", .eq, .string("2024")), .compare(field: "year", .eq, .number(2024))]),
        .not(.compare(field: "lang", .eq, .string("fr"))),
      ])
  }

  @Test(arguments: [
    "a lone \" quote", "x - y", "temperature -5 degrees", "--help", "http://host:80/path", "time: 12:30",
    "\"\"", "-",
    "e-mail", "other:value",
  ])
  func otherTextIsWords(text: String) {
    let query = QuerySyntax(text, fields: ["lang"])
    #expect(query.isPlain)
    #expect(query.words == text)
  }

  func collection() throws -> SampleCollection {
    let sample = try SampleCollection(path: folder("home"))
    let texts = [
      "one": "major drift is a shift above the threshold", "two": "drift that is major in every way",
      "three": "canary releases and drift", "four": "calibration curves of a classifier",
    ]
    let documents = texts.sorted { $0.key < $1.key }.map { name, text in
      sample.document(name, text, metadata: ["lang": .string(name == "two" ? "de" : "en")])
    }
    try sample.commit(documents, to: sample.writer())
    return sample
  }

  func ask(_ text: String, _ sample: SampleCollection, change: (inout RetrievalQuery) -> Void = { _ in })
    async throws
    -> RetrievalResult
  {
    var query = RetrievalQuery(text)
    query.mode = .lexical
    change(&query)
    return try await Retriever(
      collection: DocumentCollection("main", in: sample.home), embedder: nil
    ).retrieve(query)
  }

  @Test func phrasesExclusionsAndFieldsRestrict() async throws {
    let sample = try collection()
    func found(_ text: String) async throws -> Set<String> {
      Set(try await ask(text, sample).hits.map(\.content.documentID))
    }
    #expect(try await found("major drift") == ["one", "two", "three"])
    #expect(try await found("\"major drift\"") == ["one"])
    #expect(try await found("drift -canary") == ["one", "two"])
    #expect(try await found("drift lang:de") == ["two"])
    #expect(try await found("drift -lang:de -\"major drift\"") == ["three"])
    #expect(try await ask("\"major drift\"", sample).allowedChunks == 1)
    #expect(try await ask("\"major drift\"", sample) { $0.readsSyntax = false }.hits.count == 3)
  }

  @Test func misspeltWordsStandForOthers() async throws {
    let sample = try collection()
    let result = try await ask("calibratoin", sample)
    #expect(result.hits.map(\.content.documentID) == ["four"])
    #expect(result.corrections.map(\.word) == ["calibratoin"])
    #expect(result.corrections.map(\.term) == ["calibr"])
    let strict = try await ask("calibratoin", sample) { $0.toleratesTypos = false }
    #expect(strict.hits.isEmpty && strict.corrections.isEmpty)
  }

  @Test func manyQueriesAtOnceGiveTheSame() async throws {
    let sample = try collection()
    let retriever = Retriever(
      collection: try DocumentCollection("main", in: sample.home), embedder: sample.embedder)
    let queries = ["major drift", "canary", "\"major drift\"", "curves", "nothing at all"].map {
      RetrievalQuery($0)
    }
    let rankings = try await retriever.rankings(queries, threads: 2)
    for (query, ranking) in zip(queries, rankings) {
      let single = try await retriever.retrieve(query)
      #expect(ranking.documents == single.hits.map(\.content.documentID))
      #expect(ranking.scores == single.hits.map(\.score))
    }
  }
}
