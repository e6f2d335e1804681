import Embeddings
import Evaluation
import Generation
import HTTPService
import IndexStore
import Retrieval
import Storage

/// Answers questions and holds the answers against what is known to be right.
struct AnswerEvaluation {
  let opened: OpenCollection
  let settings: Settings
  /// As `rag query` would ask.
  let query: RetrievalQuery
  let qrels: Qrels

  /// What an answer says, and what it rests on.
  struct Item {
    var outcome: AnswerOutcome
    var question: String
    var passages: [String]
  }

  /// - Parameter onProgress: called with the number of questions that are done.
  func run(_ questions: [Question], onProgress: (Int) -> Void) async throws -> [Item] {
    let tools = try opened.tools(settings)
    let threshold = settings.answererParameters().threshold
    var items: [Item] = []
    for question in questions {
      var query = query
      query.text = question.text
      // Nothing is held back, so that every threshold can be judged afterwards.
      var asked = AskedQuestion(query)
      asked.threshold = 0
      // Extracts are judged without a model; a model's answers would cost a call each.
      asked.isExtractive = true
      let answered = try await AnsweredQuestion.ask(asked, of: opened.collection, with: tools)
      let answer = answered.answer
      let lines = (answer.text ?? "").split(separator: "\n")
      let grades = qrels.grades[question.id] ?? [:]
      let outcome = AnswerOutcome(
        query: question.id, isAnswerable: question.isAnswerable, goldAnswers: question.goldAnswers,
        relevant: Set(grades.filter { $0.value > 0 }.keys), text: answer.text,
        citations: try answer.citations.map { citation in
          AnswerOutcome.Citation(
            document: citation.documentID, isFaithful: try Self.isFaithful(citation, answered.result))
        },
        sentences: lines.count, citedSentences: lines.count { $0.contains(/\[\d+\]/) },
        isAnswered: answer.text != nil && answer.confidence >= threshold, confidence: answer.confidence)
      items.append(
        Item(outcome: outcome, question: question.text, passages: answered.passages.map(\.shownText)))
      onProgress(items.count)
    }
    return items
  }

  /// Whether the quote is what the stored document holds at that place.
  private static func isFaithful(_ citation: Citation, _ result: RetrievalResult) throws -> Bool {
    guard
      let hit = result.hits.first(where: {
        DocumentPath($0.content.documentID) == DocumentPath(citation.documentID)
      })
    else {
      return false
    }
    let stored = try result.snapshot.text(ofDocument: hit.content.record.document, range: citation.range)
    return stored == citation.quote
  }
}

/// Asks a language model what it thinks of answers. What it cannot tell is missing, and counts nowhere.
struct AnswerJudge {
  let model: any LanguageModel
  let prompts: JudgePrompts
  let repeats: Int

  /// Faithfulness to the passages and relevance to the question, over all answers that were given.
  func run(
    _ items: [AnswerEvaluation.Item], onProgress: (Int) -> Void
  ) async -> [(name: String, summary: JudgeSummary)] {
    var faithfulness: [JudgeVerdicts] = []
    var relevance: [JudgeVerdicts] = []
    for (index, item) in items.enumerated() where item.outcome.isAnswered {
      guard let text = item.outcome.text else { continue }
      faithfulness.append(
        await verdicts(
          prompts.faithfulness(question: item.question, passages: item.passages, answer: text)))
      relevance.append(await verdicts(prompts.relevance(question: item.question, answer: text)))
      onProgress(index + 1)
    }
    return [
      ("judged_faithfulness", JudgeSummary(faithfulness)), ("judged_relevance", JudgeSummary(relevance)),
    ]
  }

  private func verdicts(_ messages: [ModelMessage]) async -> JudgeVerdicts {
    var values: [Double?] = []
    for _ in 0..<repeats {
      let reply = try? await model.complete(messages, maximumTokens: 400)
      values.append(reply.flatMap { JudgeVerdicts.score(in: $0) })
    }
    return JudgeVerdicts(values)
  }
}
