import Embeddings
import Generation
import Kernels
import LexicalIndex
import Synchronization
import TestSupport
import Testing
import Transport

/// What a language model's words become: citations, sentences with support, refusals, and the extract in its place.
@Suite struct ModelAnswererTests {
  static let canary = Passage(
    documentID: "serving/canary.md", uri: "/serving/canary.md", title: "Canary", headingPath: ["Rollout"],
    page: 3, start: 100,
    text:
      "A canary receives five percent of the traffic. Watch the error rate for an hour.\n\n- Roll back by pointing the alias at the old version.",
    denseScore: nil)
  static let drift = Passage(
    documentID: "monitoring/drift.md", uri: "/monitoring/drift.md", title: nil, headingPath: [], page: nil,
    start: 0, text: "Überblick. A PSI above 0.2 means major drift. Retrain only after a review.",
    denseScore: nil
  )
  static let listing = Passage(
    documentID: "code.md", uri: "/code.md", title: nil, headingPath: [], page: nil, start: 7,
    text: "```\nrag ingest corpus\n```\n", denseScore: nil)
  static let passages = [canary, drift, listing]

  static func answerer(
    _ model: any LanguageModel, embedder: (any Embedder)? = nil
  ) throws -> ModelAnswerer {
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    var parameters = ExtractiveAnswerer.Parameters()
    parameters.threshold = 0.1
    return ModelAnswerer(
      model: model, prompt: try PromptLibrary().template("answer"),
      extractive: ExtractiveAnswerer(
        embedder: HashingEmbedder(), analyzer: analyzer, parameters: parameters),
      embedder: embedder, analyzer: analyzer)
  }

  /// An answer with the events that led to it.
  struct Told {
    var answer: Answer
    var events: [AnswerEvent]

    var text: String {
      events.map { if case .delta(let text) = $0 { text } else { "" } }.joined()
    }

    /// Whether each citation comes before its marker, and none without one.
    var isInOrder: Bool {
      var shown = ""
      var known: Set<Int> = []
      for event in events {
        switch event {
        case .citation(let citation):
          guard !shown.contains("[\(citation.marker)]") else { return false }
          known.insert(citation.marker)
        case .delta(let text):
          shown += text
          for match in text.matches(of: /\[(\d+)\]/) {
            // More digits than a number has are no marker.
            if let marker = Int(match.1), !known.contains(marker) { return false }
          }
        }
      }
      return known.allSatisfy { shown.contains("[\($0)]") }
    }
  }

  static func ask(
    _ model: any LanguageModel, _ question: String = "How much traffic does a canary receive?",
    passages: [Passage] = passages, embedder: (any Embedder)? = nil, deadline: Duration? = nil
  ) async throws -> Told {
    var request = AnswerRequest(question: question, passages: passages)
    request.deadline = deadline
    let events = EventLog()
    let answer = try await answerer(model, embedder: embedder).answer(request) { events.append($0) }
    return Told(answer: answer, events: events.all)
  }

  final class EventLog: Sendable {
    private let state = Mutex<[AnswerEvent]>([])
    var all: [AnswerEvent] { state.withLock { $0 } }
    func append(_ event: AnswerEvent) { state.withLock { $0.append(event) } }
  }

  static let reply =
    "A canary receives five percent of the traffic [1]. A PSI above 0.2 means major drift [2, 1]. Roll back with the alias [1]."

  @Test func markersMayBeCutAnywhere() async throws {
    let whole = try await Self.ask(ScriptedModel([Self.reply]))
    #expect(
      whole.answer.text
        == "A canary receives five percent of the traffic [1]. A PSI above 0.2 means major drift [2][1]. Roll back with the alias [3]."
    )
    #expect(
      whole.answer.citations.map(\.quote) == [
        "A canary receives five percent of the traffic.", "A PSI above 0.2 means major drift.",
        "- Roll back by pointing the alias at the old version.",
      ])
    #expect(whole.answer.citations.map(\.marker) == [1, 2, 3])
    #expect(whole.answer.degraded == nil)
    let letters = Array(Self.reply)
    for border in 0...letters.count {
      let cut = try await Self.ask(
        ScriptedModel([String(letters[..<border]), String(letters[border...])]))
      #expect(cut.answer.text == whole.answer.text, "cut at \(border)")
      #expect(cut.answer.citations == whole.answer.citations, "cut at \(border)")
      #expect(cut.text == whole.answer.text && cut.isInOrder, "cut at \(border)")
    }
    let single = try await Self.ask(ScriptedModel(letters: Self.reply))
    #expect(single.answer.text == whole.answer.text)
    #expect(single.answer.sentences == whole.answer.sentences)
    #expect(single.isInOrder)
    // The words are passed on while they come, not at the end.
    #expect(single.events.count > 100)
  }

  @Test func aCitationNamesTheBytesThatSupportTheSentence() async throws {
    let told = try await Self.ask(ScriptedModel(["Major drift begins at a PSI of 0.2 [2]."]))
    let citation = try #require(told.answer.citations.first)
    #expect(told.answer.text == "Major drift begins at a PSI of 0.2 [1].")
    #expect(citation.documentID == Self.drift.documentID)
    #expect(citation.range == 12..<46)
    #expect(
      String(decoding: Array(Self.drift.text.utf8)[citation.range], as: UTF8.self)
        == "A PSI above 0.2 means major drift.")
    let other = try await Self.ask(ScriptedModel(["Watch errors for an hour [1]."]))
    let second = try #require(other.answer.citations.first)
    #expect(second.range.lowerBound == 147)
    #expect(second.quote == "Watch the error rate for an hour.")
    #expect(second.page == 3 && second.title == "Canary" && second.headingPath == ["Rollout"])
  }

  @Test(arguments: [
    // Several at once, in the ways that models write them.
    ("Traffic [1, 2].", "Traffic [1][2]."), ("Traffic [1][2].", "Traffic [1][2]."),
    ("Traffic [1,2].", "Traffic [1][2]."), ("Traffic [1-2].", "Traffic [1][2]."),
    ("Traffic [ 1 ].", "Traffic [1]."), ("Traffic [passage 2].", "Traffic [1]."),
    ("Traffic [Passages 2, 1].", "Traffic [1][2]."), ("Traffic [[1]].", "Traffic [[1]]."),
    // Numbered as they come.
    ("Drift [2]. Traffic [1].", "Drift [1]. Traffic [2]."), ("Traffic [1] [1].", "Traffic [1] [1]."),
    // Markers to nothing.
    ("Traffic[9].", "Traffic."), ("Traffic[0].", "Traffic."), ("Traffic [9, 1].", "Traffic [1]."),
    ("Traffic[4-9].", "Traffic."), ("Traffic[99999999999999999999].", "Traffic[99999999999999999999]."),
    // Brackets that are no markers.
    (
      "a[i], [x](y), [1.5], [], [1, [-1], [2-1], [1-900], [",
      "a[i], [x](y), [1.5], [], [1, [-1], [2-1], [1-900], ["
    ),
    ("猫[猫] [1猫]", "猫[猫] [1猫]"),
  ])
  func markers(said: String, text: String) async throws {
    for model in [ScriptedModel([said]), ScriptedModel(letters: said)] {
      let told = try await Self.ask(model)
      #expect(told.answer.text == text)
      #expect(told.text == text)
      #expect(told.isInOrder)
    }
  }

  /// The second of two markers is for the same sentence, whatever stands between them.
  @Test(arguments: ["[2][1]", "[2] [1]", "[2], [1]", "[2] and [1]", "[2, 1]"])
  func markersInARowAreForOneSentence(markers: String) async throws {
    let told = try await Self.ask(ScriptedModel(letters: "The alias points at the old version \(markers)."))
    #expect(
      told.answer.citations.map(\.quote).last == "- Roll back by pointing the alias at the old version.")
    #expect(told.answer.sentences.count == 1)
    #expect(told.answer.sentences.first?.markers == [1, 2])
  }

  @Test func aPassageWithoutSentencesIsQuotedWhole() async throws {
    let told = try await Self.ask(ScriptedModel(["Run rag ingest [3]."]))
    #expect(told.answer.text == "Run rag ingest [1].")
    #expect(told.answer.citations.map(\.quote) == ["```\nrag ingest corpus\n```"])
    #expect(told.answer.citations.map(\.range) == [7..<32])
  }

  /// Calls all texts alike.
  struct FlatEmbedder: Embedder {
    let identity = HashingEmbedder(dimension: 2).identity
    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      EmbeddingBatch(
        matrix: Matrix(rows: texts.count, columns: 2, values: texts.flatMap { _ in [Float(0.8), 0.6] }),
        tokenCounts: texts.map { _ in 1 })
    }
    func countTokens(_ text: Substring) -> Int { 1 }
  }

  struct BrokenEmbedder: Embedder {
    let identity = HashingEmbedder().identity
    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      throw EmbeddingError(.providerUnavailable, "the provider is down")
    }
    func countTokens(_ text: Substring) -> Int { 1 }
  }

  @Test func sentencesAreHeldAgainstWhatTheyCite() async throws {
    let said =
      "A canary receives five percent of the traffic [1]. Bananas ripen beside apples [2]. Nothing is cited here. 0.2 [2]"
    let told = try await Self.ask(ScriptedModel([said]))
    let sentences = told.answer.sentences
    #expect(
      sentences.map(\.text) == [
        "A canary receives five percent of the traffic", "Bananas ripen beside apples",
        "Nothing is cited here.", "0.2",
      ])
    #expect(sentences.map(\.markers) == [[1], [2], [], [2]])
    #expect(sentences.map(\.isSupported) == [true, false, false, true])
    #expect(sentences[0].support == 1)
    #expect(sentences[1].support == 0)
    #expect(sentences[2].support == 0)
  }

  @Test func otherWordsForTheSameAreSupportedByTheirVectors() async throws {
    let said = "Bananas ripen beside apples [1]. Nothing is cited here."
    let told = try await Self.ask(ScriptedModel([said]), embedder: FlatEmbedder())
    #expect(told.answer.sentences.map(\.isSupported) == [true, false])
    #expect(abs((told.answer.sentences.first?.support ?? 0) - 1) < 1e-6)
  }

  /// A check that cannot be made takes no answer away.
  @Test func anEmbedderThatFailsLeavesTheAnswer() async throws {
    let said = "Bananas ripen beside apples [1]. A PSI above 0.2 means major drift [2]."
    let told = try await Self.ask(ScriptedModel([said]), embedder: BrokenEmbedder())
    #expect(told.answer.text == said)
    #expect(told.answer.degraded == nil)
    #expect(told.answer.sentences.map(\.isSupported) == [false, true])
  }

  @Test(arguments: [
    "NO ANSWER", "no answer", "No answer.", "  \n NO ANSWER\n", "\"NO ANSWER\"", "**NO ANSWER**",
    "NO ANSWER: the passages are about canaries [1].", "<think>Is it in [1]? No.</think>\nNO ANSWER",
  ])
  func aRefusalIsAnAbstention(said: String) async throws {
    for model in [ScriptedModel([said]), ScriptedModel(letters: said)] {
      let told = try await Self.ask(model)
      #expect(told.answer.text == nil)
      #expect(told.answer.abstention == .modelDeclined)
      #expect(told.answer.citations.isEmpty && told.answer.sentences.isEmpty)
      #expect(told.answer.degraded == nil)
      #expect(told.answer.finish?.model == "scripted/m")
      #expect(told.events.isEmpty)
    }
  }

  @Test(arguments: [
    ("No answers were wrong [1].", "No answers were wrong [1]."), ("No", "No"),
    ("\"No\" it is", "\"No\" it is"),
    ("Nobody knows", "Nobody knows"), ("\n\nFive percent", "Five percent"), ("<thin air", "<thin air"),
    ("<think>\nIt says [2].\n</think>\n\nFive percent [1].", "Five percent [1]."),
    ("<think></think>Five percent", "Five percent"),
    ("Five <think>percent</think>", "Five <think>percent</think>"),
    ("Five percent [1]. \n", "Five percent [1]."),
  ])
  func whatIsNoRefusalIsTheAnswer(said: String, text: String) async throws {
    for model in [ScriptedModel([said]), ScriptedModel(letters: said)] {
      let told = try await Self.ask(model)
      #expect(told.answer.text == text)
      #expect(told.answer.abstention == nil)
      #expect(told.answer.citations.count == (text.contains("[1]") ? 1 : 0))
      #expect(told.text.hasPrefix(text) && !told.text.contains("says"))
    }
  }

  @Test func lineageNamesModelAndPrompt() async throws {
    let told = try await Self.ask(ScriptedModel(["Five percent [1]."], .finish("length")))
    #expect(told.answer.answerer == "model/1 scripted/m")
    #expect(told.answer.prompt == (try PromptLibrary().template("answer").identity))
    #expect(
      told.answer.finish
        == ModelFinish(model: "scripted/m", reason: "length", inputTokens: 7, outputTokens: 3))
    #expect(told.answer.confidence > 0.1)
  }

  @Test func withoutPassagesNobodyIsAsked() async throws {
    let model = ScriptedModel(["Five percent."])
    let told = try await Self.ask(model, passages: [])
    #expect(told.answer.text == nil)
    #expect(told.answer.abstention == .noEvidence)
    #expect(told.events.isEmpty && model.log.messages.isEmpty)
  }

  struct Failure: Sendable, CustomTestStringConvertible {
    var name: String
    var pieces: [String]
    var ending: ScriptedModel.Ending
    var degraded: String
    var degradation: String
    var testDescription: String { name }
  }

  static let failures = [
    Failure(
      name: "before the first word", pieces: [],
      ending: .failure(GenerationError(.modelFailed, "it is down")),
      degraded: "llm_unavailable", degradation: "it is down"),
    Failure(
      name: "while it thinks", pieces: ["<think>", "hm"],
      ending: .failure(GenerationError(.modelFailed, "it is down")), degraded: "llm_unavailable",
      degradation: "it is down"),
    Failure(
      name: "after words", pieces: ["Five per", "cent [1"],
      ending: .failure(GenerationError(.modelFailed, "it broke off")), degraded: "llm_interrupted",
      degradation: "it broke off"),
    Failure(
      name: "no end", pieces: ["Five percent"], ending: .nothing, degraded: "llm_interrupted",
      degradation: "has no end"),
    Failure(
      name: "nothing said", pieces: [], ending: .finish("stop"), degraded: "llm_unavailable",
      degradation: "is empty"),
    Failure(
      name: "blanks alone", pieces: [" ", "\n"], ending: .finish("stop"), degraded: "llm_unavailable",
      degradation: "is empty"),
    Failure(
      name: "thoughts without end", pieces: ["<think>", "on and on"], ending: .finish("length"),
      degraded: "llm_unavailable", degradation: "is empty"),
  ]

  @Test(arguments: failures)
  func theExtractStandsIn(_ test: Failure) async throws {
    let told = try await Self.ask(ScriptedModel(test.pieces, test.ending))
    let answer = told.answer
    #expect(answer.degraded == test.degraded)
    #expect(answer.degradation?.contains(test.degradation) == true)
    #expect(answer.text?.contains("A canary receives five percent of the traffic. [1]") == true)
    #expect(answer.citations.first?.range == 100..<146)
    #expect(answer.answerer.hasPrefix("extractive/1"))
    // No model wrote it, so none is named.
    #expect(answer.finish == nil && answer.prompt == nil && answer.sentences.isEmpty)
    // What was told before is what the model had said.
    #expect("Five percent [1".hasPrefix(told.text))
  }

  @Test func anExtractMayAbstainToo() async throws {
    let told = try await Self.ask(
      ScriptedModel([], .failure(GenerationError(.modelFailed, "it is down"))), "zebra?",
      passages: [Self.listing])
    #expect(told.answer.text == nil)
    #expect(told.answer.abstention == .noEvidence)
    #expect(told.answer.degraded == "llm_unavailable")
  }

  /// Over a socket, with the deadline of the question.
  @Test(
    arguments: [
      ([.hang], "llm_unavailable", "no complete response"),
      ([.response(429, [("Retry-After", "120")])], "llm_unavailable", "status 429"),
      (
        [.response(401, [], #"{"error":{"message":"bad key"}}"#)], "llm_unavailable", "bad key. Check the key"
      ),
      (
        [
          .head(200, [("Content-Type", "text/event-stream")], length: nil),
          .chunk(ScriptedProvider.openAI.piece("Five percent ")), .wait(.milliseconds(50)), .reset,
        ], "llm_interrupted", "ended in the middle"
      ),
      (
        [
          .head(200, [("Content-Type", "text/event-stream")], length: nil),
          .chunk(ScriptedProvider.openAI.piece("Five percent ")), .hang,
        ], "llm_interrupted", "no complete response"
      ),
    ] as [([FaultServer.Step], String, String)])
  func aServerThatFails(steps: [FaultServer.Step], degraded: String, degradation: String) async throws {
    try await FaultServer.with({ _, _ in steps }) { server in
      let start = ContinuousClock.now
      let told = try await Self.ask(
        ScriptedProvider.openAI.model(server.url, transport: try Transports.retrying()),
        deadline: .milliseconds(1000))
      #expect(told.answer.degraded == degraded)
      #expect(told.answer.degradation?.contains(degradation) == true, "\(told.answer.degradation ?? "")")
      #expect(told.answer.text?.contains("five percent") == true)
      // The model had 750 ms of them.
      #expect(ContinuousClock.now - start < .milliseconds(1000))
      #expect(server.requests.count == 1)
    }
  }

  @Test func aWithdrawnQuestionEndsTheTransfer() async throws {
    try await FaultServer.with({ _, _ in [.hang] }) { server in
      let model = ScriptedProvider.openAI.model(server.url, transport: try Transports.retrying())
      let task = Task { try await Self.ask(model).answer }
      #expect(try await eventually { server.requests.count == 1 })
      task.cancel()
      let error = await #expect(throws: GenerationError.self) { try await task.value }
      #expect(error?.code == .modelInterrupted)
      #expect(try await eventually { server.openConnectionCount == 0 })
    }
  }
}
