/// A message of a conversation with a language model.
package struct ModelMessage: Hashable, Codable, Sendable {
  package enum Role: String, Codable, Sendable {
    case system, user, assistant
  }

  package var role: Role
  package var content: String

  package init(role: Role, content: String) {
    self.role = role
    self.content = content
  }
}

/// What is asked of one reply.
package struct ReplyOptions: Hashable, Sendable {
  /// Where the reply is cut, tokens.
  package var maximumTokens: Int
  /// All attempts and waits together; `nil` leaves it to the provider's settings.
  package var deadline: Duration?

  package init(maximumTokens: Int, deadline: Duration? = nil) {
    self.maximumTokens = maximumTokens
    self.deadline = deadline
  }
}

/// How a reply ended.
package struct ModelFinish: Hashable, Sendable {
  /// The model that wrote it: provider and name.
  package var model: String
  /// `stop`, `length` or the provider's own word.
  package var reason: String
  /// As the provider counted them.
  package var inputTokens: Int?
  package var outputTokens: Int?

  package init(model: String, reason: String, inputTokens: Int?, outputTokens: Int?) {
    self.model = model
    self.reason = reason
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
  }
}

/// What comes back from a language model, piece by piece.
package enum ModelEvent: Hashable, Sendable {
  case text(String)
  /// The last event.
  case finished(ModelFinish)
}

/// A text generator behind a provider's API.
package protocol LanguageModel: Sendable {
  /// Provider and model, for lineage.
  var identity: String { get }

  /// Streams the reply to `messages`.
  ///
  /// - Returns: text events and one `finished`; the stream throws `GenerationError`. Letting go of it ends the
  ///   transfer.
  func reply(to messages: [ModelMessage], options: ReplyOptions) -> AsyncThrowingStream<ModelEvent, any Error>
}

extension LanguageModel {
  /// The whole reply, without thoughts in front of it.
  ///
  /// - Throws: `GenerationError`.
  package func complete(_ messages: [ModelMessage], options: ReplyOptions) async throws -> String {
    var text = ""
    for try await event in reply(to: messages, options: options) {
      if case .text(let piece) = event { text += piece }
    }
    // The stream of a cancelled task ends early without an error.
    if Task.isCancelled { throw GenerationError(.modelInterrupted, "the question was withdrawn") }
    return ReplyOpening.withoutThoughts(text)
  }

  package func complete(_ messages: [ModelMessage], maximumTokens: Int) async throws -> String {
    try await complete(messages, options: ReplyOptions(maximumTokens: maximumTokens))
  }
}
