/// What a judging model is asked.
package struct JudgePrompts: Sendable {
  private let faithfulness: PromptTemplate
  private let relevance: PromptTemplate

  /// - Throws: `GenerationError.promptInvalid`.
  package init(_ library: PromptLibrary) throws(GenerationError) {
    faithfulness = try library.template("judge-faithfulness")
    relevance = try library.template("judge-relevance")
  }

  /// Whether the answer says only what the passages say.
  package func faithfulness(question: String, passages: [String], answer: String) -> [ModelMessage] {
    faithfulness.messages([
      "question": .text(question), "passages": .list(passages.map { .text($0) }), "answer": .text(answer),
    ])
  }

  /// Whether the answer answers the question, true or not.
  package func relevance(question: String, answer: String) -> [ModelMessage] {
    relevance.messages(["question": .text(question), "answer": .text(answer)])
  }
}

/// What a model is asked that writes questions for a test collection.
package struct QuestionPrompt: Sendable {
  private let template: PromptTemplate

  /// - Throws: `GenerationError.promptInvalid`.
  package init(_ library: PromptLibrary) throws(GenerationError) {
    template = try library.template("question")
  }

  package func question(passage: String) -> [ModelMessage] {
    template.messages(["passage": .text(passage)])
  }

  /// Question and answer out of a reply; `nil` where it has no question.
  package static func read(_ reply: String) -> (question: String, answer: String?)? {
    func field(_ name: String) -> String? {
      for line in reply.split(whereSeparator: \.isNewline) where line.uppercased().hasPrefix(name + ":") {
        let text = line.dropFirst(name.count + 1).trimmingPrefix { $0 == " " }
        if !text.isEmpty { return String(text) }
      }
      return nil
    }
    guard let question = field("QUESTION") else { return nil }
    return (question, field("ANSWER"))
  }
}
