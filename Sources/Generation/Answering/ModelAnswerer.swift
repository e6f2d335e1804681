import Embeddings
import Kernels
import LexicalIndex

/// Answers with a language model that reads the passages, and checks what it says against them.
///
/// The extractive answer is made beside it: its confidence says how good the evidence is, and it stands in where the
/// model fails.
package struct ModelAnswerer: Answerer {
  private let model: any LanguageModel
  private let prompt: PromptTemplate
  private let extractive: ExtractiveAnswerer
  private let support: SupportCheck

  /// Kept back from the deadline to give the extractive answer in.
  private static let margin = Duration.milliseconds(250)

  private static let withdrawn = GenerationError(.modelInterrupted, "the question was withdrawn")

  package init(
    model: any LanguageModel, prompt: PromptTemplate, extractive: ExtractiveAnswerer,
    embedder: (any Embedder)?, analyzer: Analyzer
  ) {
    self.model = model
    self.prompt = prompt
    self.extractive = extractive
    support = SupportCheck(embedder: embedder, analyzer: analyzer)
  }

  package var identity: String { "model/1 \(model.identity)" }

  package func answer(
    _ request: AnswerRequest, emit: @escaping @Sendable (AnswerEvent) async -> Void
  ) async throws(GenerationError) -> Answer {
    if request.passages.isEmpty {
      return Answer(text: nil, abstention: .noEvidence, citations: [], confidence: 0, answerer: identity)
    }
    let messages = try prompt.messages(request)
    let question = request.question
    let passages = request.passages
    let extractive = extractive
    let beside = Task { try await extractive.answer(question, passages: passages) }
    var draft = ModelDraft(passages: passages, support: support)
    let failure: GenerationError
    do {
      var options = ReplyOptions(maximumTokens: request.maximumTokens)
      options.deadline = request.deadline.map { max($0 - Self.margin, .milliseconds(1)) }
      for try await event in model.reply(to: messages, options: options) {
        switch event {
        case .text(let text):
          for event in draft.append(text) { await emit(event) }
        case .finished(let finish):
          for event in draft.finish(finish) { await emit(event) }
        }
      }
      if Task.isCancelled { throw Self.withdrawn }
      guard let finish = draft.end else {
        throw GenerationError(.modelInterrupted, "the language model's reply has no end")
      }
      guard draft.isRefusal || !draft.text.isEmpty else {
        throw GenerationError(.modelFailed, "the language model's reply is empty")
      }
      return await settle(draft, finish, confidence: (try? await beside.value.confidence) ?? 0)
    } catch let error as GenerationError {
      failure = error
    } catch {
      failure = GenerationError(.modelFailed, "the language model failed: \(error)", underlying: error)
    }
    if Task.isCancelled {
      // Whatever the transfer says of its end: nobody waits for an extract any more.
      beside.cancel()
      throw Self.withdrawn
    }
    var answer: Answer
    do {
      answer = try await beside.value
    } catch {
      throw GenerationError(.scoringFailed, "sentences cannot be scored: \(error)", underlying: error)
    }
    let reason = draft.text.isEmpty ? "llm_unavailable" : "llm_interrupted"
    answer.degraded = [reason, answer.degraded].compactMap { $0 }.joined(separator: ", ")
    answer.degradation = failure.message
    return answer
  }

  private func settle(_ draft: ModelDraft, _ finish: ModelFinish, confidence: Double) async -> Answer {
    var answer = Answer(
      text: draft.isRefusal ? nil : draft.text, abstention: draft.isRefusal ? .modelDeclined : nil,
      citations: draft.citations, confidence: confidence, answerer: "model/1 \(finish.model)")
    answer.finish = finish
    answer.prompt = prompt.identity
    if !draft.isRefusal {
      answer.sentences = await support.check(draft.text, citations: draft.citations)
    }
    return answer
  }
}

/// A reply of the model on its way to an answer: markers become citations of the bytes that support them.
private struct ModelDraft {
  let passages: [Passage]
  let support: SupportCheck
  private(set) var text = ""
  private(set) var citations: [Citation] = []
  private(set) var isRefusal = false
  private(set) var end: ModelFinish?

  private var opening = ReplyOpening()
  private var parser = CitationParser()
  /// Text since the last marker or line.
  private var since = ""
  private var isAfterMarker = false
  /// What the last marker was for; the next one too, if no words are between them.
  private var cited = ""
  private var units: [Int: [EvidenceUnit]] = [:]

  init(passages: [Passage], support: SupportCheck) {
    self.passages = passages
    self.support = support
  }

  mutating func append(_ piece: String) -> [AnswerEvent] {
    let opened = opening.append(piece)
    return opened.isEmpty ? [] : take(parser.append(opened))
  }

  mutating func finish(_ finish: ModelFinish) -> [AnswerEvent] {
    end = finish
    let rest = opening.finish()
    isRefusal = rest.isRefusal
    let events = take(parser.append(rest.rest) + parser.finish())
    while text.last?.isWhitespace == true { text.removeLast() }
    return events
  }

  private mutating func take(_ pieces: [CitationParser.Piece]) -> [AnswerEvent] {
    var events: [AnswerEvent] = []
    for piece in pieces {
      switch piece {
      case .text(let words):
        text += words
        if isAfterMarker {
          since = ""
          isAfterMarker = false
        }
        since += words
        events.append(.delta(words))
      case .markers(let numbers):
        isAfterMarker = true
        var shown = ""
        for number in numbers {
          // A marker to nothing is left out.
          guard let citation = cite(number) else { continue }
          if citation.isNew { events.append(.citation(citation.citation)) }
          shown += "[\(citation.citation.marker)]"
        }
        if !shown.isEmpty {
          text += shown
          events.append(.delta(shown))
        }
      }
    }
    return events
  }

  /// The citation that passage `number` gets for the sentence in front.
  private mutating func cite(_ number: Int) -> (citation: Citation, isNew: Bool)? {
    guard passages.indices.contains(number - 1) else { return nil }
    let passage = passages[number - 1]
    let candidates = units[number] ?? EvidenceUnits.quotable(of: passage, number: number - 1)
    units[number] = candidates
    let sentence = EvidenceUnits.units(of: since, passage: 0).last?.text ?? since
    if support.hasTerms(sentence) { cited = sentence }
    guard let unit = support.best(for: cited, among: candidates) else { return nil }
    let range = passage.start + unit.range.lowerBound..<passage.start + unit.range.upperBound
    if let known = citations.first(where: {
      $0.documentID.utf8.elementsEqual(passage.documentID.utf8) && $0.range == range
    }) {
      return (known, false)
    }
    let citation = passage.citation(unit, marker: citations.count + 1)
    citations.append(citation)
    return (citation, true)
  }
}
