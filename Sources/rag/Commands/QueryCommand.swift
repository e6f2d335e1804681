import ArgumentParser
import Catalog
import Crypto
import Foundation
import Generation
import IndexStore
import LexicalIndex
import Retrieval

struct QueryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Answer a question from the documents, with citations, or say that they do not answer it.",
    discussion: """
      Without a language model the answer is made of the documents' own sentences. Each [1] is resolved to document,
      heading, page and the exact bytes. When the evidence is weak there is no answer, and the reason is given.

      EXAMPLES
        rag query "What PSI value means major drift?"
        rag query "Wie wird ein Modell kalibriert?" --json
        rag query "rollback steps" --filter "folder = 'corpus/registry'"
      """)

  @Argument(help: "The question.")
  var question: String

  @OptionGroup var global: GlobalOptions
  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: "Answer only when the evidence is at least this sure, 0 to 1.")
  var threshold: Double?

  func run() async throws {
    let wiring = try Wiring(global)
    let query = try retrieval.query(question, settings: wiring.settings, topK: 5)
    let opened = try await retrieval.open(wiring, mode: query.mode, quiet: global.quiet)
    let answered = try await AnsweredQuestion(
      query: query, opened: opened, settings: wiring.settings, threshold: threshold)
    try? opened.home.catalog.record(answered.record)
    if global.json {
      Terminal.out(answered.json.description)
      return
    }
    answered.result.noteDegradation(quiet: global.quiet)
    answered.print()
  }
}

/// A question carried through retrieval and generation, with what the answer rests on.
struct AnsweredQuestion {
  let query: RetrievalQuery
  let result: RetrievalResult
  let passages: [ContextPassage]
  let answer: Answer
  let answererIdentity: String
  let id: String
  let timings: [String: Double]

  init(
    query: RetrievalQuery, opened: OpenCollection, settings: Settings, threshold: Double?
  ) async throws {
    self.query = query
    result = try await opened.retriever.retrieve(query)
    let clock = ContinuousClock()
    var start = clock.now
    passages = try settings.contextBuilder().passages(result)
    var stages = result.timings
    stages["context"] = ProgressLine.seconds(start.duration(to: clock.now)) * 1000
    var parameters = settings.answererParameters()
    parameters.threshold = threshold ?? parameters.threshold
    let analyzer = try Analyzer(configuration: result.snapshot.configuration.analyzer)
    // An embedder that is out of reach for the query is so for sentences too. For a query in a script that the model
    // does not know, its cosines still order sentences better than words alone do (measured on corpus/eval).
    let scorer = result.degraded == "embedding_unavailable" ? nil : opened.embedder
    let answerer = ExtractiveAnswerer(embedder: scorer, analyzer: analyzer, parameters: parameters)
    answererIdentity = answerer.identity
    start = clock.now
    answer = try await answerer.answer(
      query.text,
      passages: passages.map { passage in
        Passage(
          documentID: passage.documentID, uri: passage.uri, title: passage.title,
          headingPath: passage.headingPath, page: passage.page, start: passage.range.lowerBound,
          text: passage.text, denseScore: passage.denseScore)
      })
    stages["answer"] = ProgressLine.seconds(start.duration(to: clock.now)) * 1000
    stages["total"] = stages.values.reduce(0, +)
    timings = stages
    id = UUID().uuidString.lowercased()
  }

  private var lineage: JSONValue {
    let snapshot = result.snapshot
    let configuration = snapshot.configuration
    let hash = Hex.string(SHA256.hash(data: Array(configuration.json.utf8)))
    return .object([
      ("collection", .string(snapshot.collection.name)),
      ("generation", .integer(Int(snapshot.collection.servingGeneration))),
      ("version", .integer(Int(snapshot.collection.version))),
      ("segments", .array(snapshot.segmentNames.map { .string($0) })),
      ("embedding_model", .string(configuration.embedding.model)),
      ("embedding_weights", .string(configuration.embedding.weightsHash)),
      ("chunker", .string(configuration.chunkerIdentity)),
      ("analyzer", .string(configuration.analyzer.identity)),
      ("mode", .string(result.mode.rawValue)),
      ("fusion", result.mode == .hybrid ? .string(query.fusion.identity) : .null),
      ("reranker", JSONValue(result.reranker)),
      ("answerer", .string(answererIdentity)),
      ("prompt", .null),
      ("configuration_hash", .string(hash)),
    ])
  }

  private var reason: JSONValue { JSONValue(answer.abstention?.rawValue) }

  /// The contract of `rag query --json`.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("answer", JSONValue(answer.text)),
      ("abstained", .bool(answer.text == nil)),
      ("reason", reason),
      ("confidence", .number(answer.confidence)),
      ("citations", .array(answer.citations.map(\.json))),
      ("chunks", .array(result.hits.enumerated().map { $1.json(rank: $0 + 1) })),
      ("lineage", lineage),
      ("timings_ms", JSONValue(timings: timings)),
      ("answer_id", .string(id)),
    ]
    if let degraded = result.degraded { members.append(("degraded", .string(degraded))) }
    return .object(members)
  }

  /// The row of the answer log: what the answer rests on, and no text of documents.
  var record: AnswerRecord {
    AnswerRecord(
      id: id, collection: result.snapshot.collection.name, question: query.text,
      lineage: lineage.description,
      details: JSONValue.object([
        ("abstained", .bool(answer.text == nil)), ("reason", reason),
        ("confidence", .number(answer.confidence)),
        ("chunks", .array(result.hits.map { .string($0.id.description) })),
        ("timings_ms", JSONValue(timings: timings)),
      ]).description, createdAt: Date().timeIntervalSince1970)
  }

  func print() {
    guard let text = answer.text else {
      let why =
        answer.abstention == .noEvidence
        ? "nothing was found" : "what was found does not answer it well enough"
      Terminal.out("No answer: \(why).")
      if let nearest = result.hits.first {
        Terminal.out("Nearest passage: \(nearest.content.documentID)")
      }
      return
    }
    Terminal.out(text)
    Terminal.out("")
    for citation in answer.citations {
      var place = citation.documentID
      if let page = citation.page { place += ", page \(page)" }
      if !citation.headingPath.isEmpty { place += " — " + citation.headingPath.joined(separator: " › ") }
      Terminal.out(
        "[\(citation.marker)] \(place) (bytes \(citation.range.lowerBound)-\(citation.range.upperBound))")
    }
  }
}

extension Citation {
  var json: JSONValue {
    .object([
      ("marker", .integer(marker)), ("document_id", .string(documentID)), ("uri", .string(uri)),
      ("title", JSONValue(title)), ("start", .integer(range.lowerBound)), ("end", .integer(range.upperBound)),
      ("page", JSONValue(page)), ("heading", .string(headingPath.joined(separator: " › "))),
      ("quote", .string(quote)),
    ])
  }
}
