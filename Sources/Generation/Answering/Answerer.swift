/// What an answer is made of.
package struct AnswerRequest: Sendable {
  package var question: String
  /// Best first.
  package var passages: [Passage]
  /// Earlier turns of the conversation, oldest first.
  package var history: [ModelMessage] = []
  /// Time that is left for the answer; `nil` means as long as it takes.
  package var deadline: Duration?
  package var maximumTokens = 800

  package init(question: String, passages: [Passage]) {
    self.question = question
    self.passages = passages
  }
}

/// An answer while it is made.
package enum AnswerEvent: Hashable, Sendable {
  /// Text to be shown behind what came before.
  case delta(String)
  /// What a marker in the text stands for; comes before the marker does.
  case citation(Citation)
}

/// Passages and a question in, a cited answer out, or an abstention.
package protocol Answerer: Sendable {
  /// Name, version and parameters, for lineage.
  var identity: String { get }

  /// - Parameter emit: gets the answer while it is made. The answer that is returned is the one that counts: where
  ///   it is `degraded`, it stands in place of what was emitted.
  /// - Throws: `GenerationError`.
  func answer(
    _ request: AnswerRequest, emit: @escaping @Sendable (AnswerEvent) async -> Void
  ) async throws(GenerationError) -> Answer
}
