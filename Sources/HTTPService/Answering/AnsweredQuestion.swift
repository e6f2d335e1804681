import Catalog
import Crypto
import Embeddings
import Foundation
import Generation
import IndexStore
import LexicalIndex
import Retrieval
import Storage

/// A question carried through retrieval and generation, with what the answer rests on.
package struct AnsweredQuestion: Sendable {
  package let question: AskedQuestion
  package let found: FoundPassages
  package let answer: Answer
  package let id: String
  /// Milliseconds by stage.
  package let timings: [String: Double]

  package var query: RetrievalQuery { question.query }
  package var result: RetrievalResult { found.result }
  package var passages: [ContextPassage] { found.passages }

  /// What is told while the answer is made.
  package enum Event: Sendable {
    case retrieval(FoundPassages)
    case answer(AnswerEvent)
  }

  /// Answers `question` from `collection`.
  ///
  /// - Parameters:
  ///   - gate: lets only so many work on the processor at a time; `nil` lets all.
  ///   - onEvent: gets what is there already, while the rest is made.
  /// - Throws: `RetrievalError`, `GenerationError`, `AdmissionError`.
  package static func ask(
    _ question: AskedQuestion, of collection: DocumentCollection, with tools: AnsweringTools,
    gate: AdmissionGate? = nil, onEvent: @escaping @Sendable (Event) async -> Void = { _ in }
  ) async throws -> AnsweredQuestion {
    var searched = question
    if let gate, question.isExtractive || tools.model == nil {
      // A search whose answer could not be made in time is not begun.
      searched.deadline = question.deadline.map { $0 - gate.expected(.extract) }
    }
    let found = try await FoundPassages.find(searched, in: collection, with: tools, gate: gate)
    await onEvent(.retrieval(found))
    let start = ContinuousClock.now
    let analyzer = try Analyzer(configuration: found.result.snapshot.configuration.analyzer)
    // An embedder that is out of reach for the query is so for sentences too. For a query in a script that the model
    // does not know, its cosines still order sentences better than words alone do (measured on corpus/eval).
    let scorer = found.result.degraded?.contains("embedding_unavailable") == true ? nil : tools.embedder
    var parameters = tools.extractive
    parameters.threshold = question.threshold ?? tools.learned?.current.threshold ?? parameters.threshold
    let extractive = ExtractiveAnswerer(embedder: scorer, analyzer: analyzer, parameters: parameters)
    var request = AnswerRequest(
      question: found.asked, passages: found.passages.map(Passage.init(_:)))
    request.history = question.history
    request.deadline = question.remaining
    request.maximumTokens = min(question.maximumTokens ?? .max, tools.maximumTokens)
    let ready = request
    let places = CitedPlaces(found)
    var answer: Answer
    if let model = question.isExtractive ? nil : tools.model {
      let answerer = ModelAnswerer(
        model: model, prompt: try tools.prompts.template("answer"), extractive: extractive, embedder: scorer,
        analyzer: analyzer)
      // It waits for another server most of the time: no core is held for it.
      answer = try await answerer.answer(ready) { await onEvent(.answer($0.placed(by: places))) }
    } else {
      answer = try await AdmissionGate.run(gate, .extract, deadline: question.deadline) {
        try await extractive.answer(ready) { await onEvent(.answer($0.placed(by: places))) }
      }
    }
    answer.citations = answer.citations.map(places.placed)
    if places.failure != nil {
      answer.degraded = [answer.degraded, "places_unavailable"].compactMap { $0 }.joined(separator: ", ")
    }
    var stages = found.timings
    stages["answer"] = start.duration(to: .now).milliseconds
    stages["total"] = stages.values.reduce(0, +)
    return AnsweredQuestion(
      question: question, found: found, answer: answer, id: UUID().uuidString.lowercased(), timings: stages)
  }
}

extension Passage {
  init(_ passage: ContextPassage) {
    self.init(
      documentID: passage.documentID, uri: passage.uri, title: passage.title,
      headingPath: passage.headingPath, page: passage.page, start: passage.range.lowerBound,
      text: passage.text, denseScore: passage.denseScore, format: passage.format, header: passage.header)
  }
}

extension Duration {
  package var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) * 1e-15
  }
}

extension AnsweredQuestion {
  /// What the answer rests on.
  package var lineage: JSONValue {
    let snapshot = result.snapshot
    let configuration = snapshot.configuration
    let hash = Hex.string(SHA256.hash(data: Array(configuration.json.utf8)))
    let prompt = answer.prompt.map {
      JSONValue.object([("name", .string($0.name)), ("hash", .string($0.hash))])
    }
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
      ("fusion", result.mode == .hybrid ? .string(question.query.fusion.identity) : .null),
      ("reranker", JSONValue(result.reranker)),
      ("answerer", .string(answer.answerer)),
      ("model", JSONValue(answer.finish?.model)),
      ("prompt", prompt ?? .null),
      ("configuration_hash", .string(hash)),
    ])
  }

  /// Everything that was done otherwise than asked; `nil` where nothing was.
  package var degraded: String? {
    let reasons = [found.degraded, answer.degraded].compactMap { $0 }
    return reasons.isEmpty ? nil : reasons.joined(separator: ", ")
  }

  /// The contract of `rag query --json` and of `POST /query`.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("answer", JSONValue(answer.text)),
      ("abstained", .bool(answer.text == nil)),
      ("reason", JSONValue(answer.abstention?.rawValue)),
      ("confidence", .number(answer.confidence)),
      ("citations", .array(answer.citations.map(\.json))),
      ("chunks", .array(result.hits.enumerated().map { $1.json(rank: $0 + 1) })),
      ("lineage", lineage),
      ("timings_ms", JSONValue(timings: timings)),
      ("answer_id", .string(id)),
      ("degraded", JSONValue(degraded)),
    ]
    if let why = answer.degradation { members.append(("degradation", .string(why))) }
    if found.asked != question.query.text { members.append(("rewritten_question", .string(found.asked))) }
    if !found.expansions.isEmpty {
      members.append(("expansions", .array(found.expansions.map { .string($0) })))
    }
    if let finish = answer.finish {
      members.append(("sentences", .array(answer.sentences.map(\.json))))
      members.append(("flags", .array(flags.map { .string($0) })))
      members.append(
        (
          "usage",
          .object([
            ("model", .string(finish.model)), ("input_tokens", JSONValue(finish.inputTokens)),
            ("output_tokens", JSONValue(finish.outputTokens)), ("finish_reason", .string(finish.reason)),
          ])
        ))
    }
    return .object(members)
  }

  /// What a reader should know about a model's answer.
  private var flags: [String] {
    guard answer.text != nil else { return [] }
    var flags: [String] = []
    if answer.citations.isEmpty { flags.append("no_citations") }
    if answer.sentences.contains(where: { !$0.markers.isEmpty && !$0.isSupported }) {
      flags.append("unsupported_sentences")
    }
    if answer.sentences.contains(where: \.markers.isEmpty) { flags.append("uncited_sentences") }
    return flags
  }

  /// The row of the answer log: what the answer rests on, and no text of documents.
  package var record: AnswerRecord {
    AnswerRecord(
      id: id, collection: result.snapshot.collection.name, question: question.query.text,
      lineage: lineage.description,
      details: JSONValue.object([
        ("abstained", .bool(answer.text == nil)), ("reason", JSONValue(answer.abstention?.rawValue)),
        ("confidence", .number(answer.confidence)), ("degraded", JSONValue(degraded)),
        ("chunks", .array(result.hits.map { .string($0.id.description) })),
        ("timings_ms", JSONValue(timings: timings)),
      ]).description, createdAt: Date().timeIntervalSince1970)
  }
}

extension CheckedSentence {
  var json: JSONValue {
    .object([
      ("text", .string(text)), ("citations", .array(markers.map { .integer($0) })),
      ("support", .number((support * 1000).rounded() / 1000)), ("supported", .bool(isSupported)),
    ])
  }
}
