/// Other ways to ask a question, written by a language model before anything is searched.
package struct QueryExpansion: Sendable {
  private let model: any LanguageModel
  private let library: PromptLibrary

  package init(model: any LanguageModel, library: PromptLibrary) {
    self.model = model
    self.library = library
  }

  /// The question without the need for the conversation before it.
  ///
  /// - Parameter history: oldest first; the last six turns are read.
  /// - Throws: `GenerationError`.
  package func standalone(
    _ question: String, history: [ModelMessage], deadline: Duration?
  ) async throws -> String {
    let turns = history.suffix(6).map { turn in
      PromptValue.object([
        "role": .text(turn.role.rawValue), "text": .text(String(turn.content.prefix(2000))),
      ])
    }
    let reply = try await ask("rewrite", ["question": .text(question), "turns": .list(turns)], deadline)
    return Self.lines(reply).first ?? question
  }

  /// Up to `count` other wordings.
  ///
  /// - Throws: `GenerationError`.
  package func queries(for question: String, count: Int, deadline: Duration?) async throws -> [String] {
    let reply = try await ask(
      "queries", ["question": .text(question), "count": .text(String(count))], deadline)
    // A line that ends with a colon announces the others.
    return Array(Self.lines(reply).filter { $0 != question && !$0.hasSuffix(":") }.prefix(count))
  }

  /// A passage as it could stand in a document that answers the question.
  ///
  /// - Source: Gao et al., Precise Zero-Shot Dense Retrieval without Relevance Labels (2023).
  /// - Throws: `GenerationError`.
  package func hypothesis(for question: String, deadline: Duration?) async throws -> String {
    try await ask("hypothesis", ["question": .text(question)], deadline)
  }

  private func ask(
    _ name: String, _ values: [String: PromptValue], _ deadline: Duration?
  ) async throws -> String {
    let messages = try library.template(name).messages(values)
    return try await model.complete(messages, options: ReplyOptions(maximumTokens: 300, deadline: deadline))
  }

  /// Lines without bullets, numbers and quotes around them.
  static func lines(_ reply: String) -> [String] {
    reply.split(whereSeparator: \.isNewline).compactMap { line in
      var rest = line.drop { $0.isWhitespace || $0 == "-" || $0 == "*" || $0 == "•" }
      let digits = rest.prefix { $0.isNumber }
      let behind = rest.dropFirst(digits.count)
      // "3.5 percent" begins with no number of a list.
      let isNumbered = (behind.first == "." || behind.first == ")") && behind.dropFirst().first == " "
      if !digits.isEmpty, isNumbered { rest = behind.dropFirst() }
      rest = rest.drop { $0.isWhitespace || $0 == "\"" }
      while let last = rest.last, last.isWhitespace || last == "\"" { rest = rest.dropLast() }
      return rest.isEmpty ? nil : String(rest.prefix(500))
    }
  }
}
