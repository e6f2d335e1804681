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

/// What comes back from a language model, piece by piece.
package enum ModelEvent: Hashable, Sendable {
  case text(String)
  /// The last event; tokens as the provider counted them.
  case finished(reason: String, inputTokens: Int?, outputTokens: Int?)
}

/// A text generator behind a provider's API.
package protocol LanguageModel: Sendable {
  /// Provider and model, for lineage.
  var identity: String { get }

  /// Streams the reply to `messages`.
  ///
  /// - Parameter maximumTokens: where the reply is cut, tokens.
  /// - Returns: text events and one `finished`; the stream throws `GenerationError`.
  func reply(to messages: [ModelMessage], maximumTokens: Int) -> AsyncThrowingStream<ModelEvent, any Error>
}
