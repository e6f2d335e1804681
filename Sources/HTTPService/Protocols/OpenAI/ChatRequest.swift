import Generation

/// A chat completion request, as a question with its conversation.
struct ChatRequest {
  var model: String
  var question: String
  var history: [ModelMessage]
  var isStreamed: Bool
  var includesUsage: Bool
  var maximumTokens: Int?

  /// - Throws: `ServiceError.invalidRequest`, naming the member.
  init(_ fields: RequestFields) throws {
    model = try fields.requiredText("model", atMost: 256)
    isStreamed = try fields.bool("stream") ?? false
    includesUsage = try fields.object("stream_options")?.bool("include_usage") ?? false
    maximumTokens =
      try fields.integer("max_completion_tokens", in: 1...1_000_000)
      ?? fields.integer("max_tokens", in: 1...1_000_000)
    if let count = try fields.integer("n", in: 1...128), count > 1 {
      throw ServiceError(.invalidRequest, "'n' must be 1: there is one answer to a question", parameter: "n")
    }
    guard let entries = try fields.objects("messages", atMost: 1000), !entries.isEmpty else {
      throw ServiceError(.invalidRequest, "'messages' is missing or empty", parameter: "messages")
    }
    var turns: [ModelMessage] = []
    for entry in entries {
      let text = try Self.content(entry)
      switch try entry.text("role", atMost: 32) {
      case "user": turns.append(ModelMessage(role: .user, content: text))
      case "assistant": turns.append(ModelMessage(role: .assistant, content: text))
      // How to answer is the prompt's to say, and tools are not called: these are taken and not used.
      case "system", "developer", "tool", "function": break
      default:
        throw ServiceError(
          .invalidRequest, "a message's 'role' must be system, developer, user, assistant or tool",
          parameter: "messages")
      }
    }
    guard let last = turns.last, last.role == .user, last.content.contains(where: { !$0.isWhitespace }) else {
      throw ServiceError(
        .invalidRequest, "the last message must be the user's question", parameter: "messages")
    }
    guard last.content.utf8.count <= QuestionReader.textLimit else {
      throw ServiceError(
        .invalidRequest, "the question is longer than \(QuestionReader.textLimit) bytes",
        parameter: "messages")
    }
    question = last.content
    history = turns.dropLast().filter { !$0.content.isEmpty }.suffix(QuestionReader.historyLimit)
  }

  /// A string, null, or the texts among parts.
  private static func content(_ message: RequestFields) throws(ServiceError) -> String {
    guard let content = message["content"] else { return "" }
    if case .string(let text) = content { return text }
    guard case .array(let parts) = content else {
      throw ServiceError(
        .invalidRequest, "a message's 'content' must be a string or a list of parts", parameter: "messages")
    }
    var texts: [String] = []
    for part in parts {
      if let text = part.text {
        texts.append(text)
      } else if part["type"]?.text == "text" || part["type"] == nil, let text = part["text"]?.text {
        texts.append(text)
      } else {
        throw ServiceError(
          .invalidRequest, "only parts of type 'text' can be read here", parameter: "messages")
      }
    }
    return texts.joined(separator: "\n")
  }
}
