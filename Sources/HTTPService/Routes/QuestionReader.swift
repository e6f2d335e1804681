import Generation
import Hummingbird
import IndexStore
import Retrieval

/// Makes questions out of requests.
struct QuestionReader {
  let service: RagService
  let caller: Caller

  /// Longest question, UTF-8 bytes.
  static let textLimit = 32_768
  static let topKLimit = 1000
  static let historyLimit = 100

  private enum Expansion: String, CaseIterable {
    case none
    case multiQuery = "multi_query"
    case hyde
  }

  private enum Role: String, CaseIterable {
    case user, assistant
  }

  /// - Throws: `ServiceError.invalidRequest`, naming the member.
  func question(_ fields: RequestFields) throws -> AskedQuestion {
    var question = AskedQuestion(try query(fields, text: "question"))
    question.query.topK =
      try fields.integer("top_k", in: 1...Self.topKLimit) ?? service.configuration.questionTopK
    question.threshold = try fields.number("threshold", in: 0...1)
    question.isExtractive = try fields.bool("extractive") ?? false
    question.deadline = try deadline(fields)
    switch try fields.word("expansion", as: Expansion.self) {
    case .multiQuery: question.expansion = .queries(try fields.integer("queries", in: 1...8) ?? 3)
    case .hyde: question.expansion = .hypothesis
    case .some(.none), nil: break
    }
    for turn in try fields.objects("history", atMost: Self.historyLimit) ?? [] {
      guard let role = try turn.word("role", as: Role.self) else {
        throw ServiceError(
          .invalidRequest, "each turn of 'history' needs a 'role' and a 'content'", parameter: "history")
      }
      question.history.append(
        ModelMessage(
          role: role == .user ? .user : .assistant,
          content: try turn.requiredText("content", atMost: Self.textLimit)))
    }
    return question
  }

  /// - Parameter name: of the member that holds the text.
  func query(_ fields: RequestFields, text name: String) throws -> RetrievalQuery {
    var query = try query(try fields.requiredText(name, atMost: Self.textLimit))
    query.mode = try fields.word("mode", as: RetrievalMode.self) ?? query.mode
    query.topK = try fields.integer("top_k", in: 1...Self.topKLimit) ?? query.topK
    if let depth = try fields.integer("depth", in: 1...10_000) {
      query.depth = depth
      query.hasChosenFusion = true
    }
    if let filter = try fields.text("filter", atMost: 8192) {
      do {
        query.filter = try FilterParser.parse(filter)
      } catch {
        throw ServiceError(.invalidRequest, error.message, parameter: "filter")
      }
    }
    return query
  }

  /// A query of the caller's, with what the configuration says.
  func query(_ text: String) throws -> RetrievalQuery {
    var query = try service.wiring.query(text)
    query.access = service.view(of: caller)
    return query
  }

  func deadline(_ fields: RequestFields) throws -> ContinuousClock.Instant? {
    service.configuration.deadline(
      after: try fields.integer("deadline_ms", in: ServiceConfiguration.deadlineRange))
  }

  func collectionName(_ fields: RequestFields) throws -> String {
    try fields.text("collection", atMost: 64) ?? service.configuration.collection
  }
}
