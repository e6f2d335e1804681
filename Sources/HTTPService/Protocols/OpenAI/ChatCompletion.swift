import Foundation
import Hummingbird
import Synchronization

extension RagService {
  func chat(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let fields = try await fields(request)
    let chat = try ChatRequest(fields)
    let name =
      chat.model.hasPrefix(Self.modelPrefix)
      ? String(chat.model.dropFirst(Self.modelPrefix.count)) : chat.model
    guard try home.catalog.collection(named: name) != nil else { throw try await unknownModel(chat.model) }
    let reader = QuestionReader(service: self, caller: context.caller)
    var question = AskedQuestion(try reader.query(chat.question))
    question.query.topK =
      try fields.integer("top_k", in: 1...QuestionReader.topKLimit) ?? configuration.questionTopK
    question.history = chat.history
    question.deadline = try reader.deadline(fields)
    question.maximumTokens = chat.maximumTokens
    let asked = question
    let open = try await collections.collection(name)
    let reply = ChatCompletion(model: chat.model)
    guard chat.isStreamed else {
      let answered = try await watch.cancelling(context.channel) { [self] in
        try await ask(asked, of: open, context)
      }
      return Response(json: reply.whole(answered, usage: usage(answered, chat, open)))
    }
    try gate.requirePlace(by: question.deadline)
    let requestID = context.requestID
    return EventStream.response(on: context.channel, watch: watch) { [self] send in
      let sent = SentText()
      do {
        try await send(
          nil, reply.chunk([("role", .string("assistant")), ("content", .string(""))], chat).description)
        let answered = try await ask(asked, of: open, context) { event in
          guard case .answer(.delta(let text)) = event else { return }
          sent.add(text)
          try? await send(nil, reply.chunk([("content", .string(text))], chat).description)
        }
        // Where the answer is not what was streamed (an abstention, a stand-in), the rest of it follows.
        let rest = sent.rest(of: ChatCompletion.text(of: answered))
        if !rest.isEmpty { try await send(nil, reply.chunk([("content", .string(rest))], chat).description) }
        try await send(nil, reply.last(answered, chat).description)
        if chat.includesUsage {
          try await send(nil, reply.usage(usage(answered, chat, open)).description)
        }
        try await send(nil, "[DONE]")
      } catch {
        try? await send(nil, ErrorMapping(error).json(requestID: requestID).description)
      }
    }
  }

  /// Tokens as the language model counted them, or as the embedding model's tokenizer does.
  private func usage(_ answered: AnsweredQuestion, _ chat: ChatRequest, _ open: ServedCollection) -> JSONValue
  {
    func count(_ text: String) -> Int { open.tools.embedder?.countTokens(text[...]) ?? text.utf8.count / 4 }
    let input = answered.answer.finish?.inputTokens ?? count(chat.question)
    let output = answered.answer.finish?.outputTokens ?? count(ChatCompletion.text(of: answered))
    return .object([
      ("prompt_tokens", .integer(input)), ("completion_tokens", .integer(output)),
      ("total_tokens", .integer(input + output)),
    ])
  }
}

/// What has gone out of an answer.
private final class SentText: Sendable {
  private let text = Mutex("")

  func add(_ piece: String) { text.withLock { $0 += piece } }

  /// What is missing behind what was sent; the whole of another text, on a line of its own.
  func rest(of whole: String) -> String {
    text.withLock { sent in
      if whole.hasPrefix(sent) { return String(whole.dropFirst(sent.count)) }
      return sent.isEmpty ? whole : "\n\n" + whole
    }
  }
}

/// An answer in the shape of a chat completion; what it rests on rides along in fields of its own.
struct ChatCompletion {
  let id = "chatcmpl-" + UUID().uuidString.lowercased().replacing("-", with: "")
  let created = Int(Date().timeIntervalSince1970)
  let model: String

  init(model: String) {
    self.model = model
  }

  static func text(of answered: AnsweredQuestion) -> String {
    answered.answer.text ?? "The documents do not answer this question."
  }

  private func head(_ object: String) -> [(String, JSONValue)] {
    [
      ("id", .string(id)), ("object", .string(object)), ("created", .integer(created)),
      ("model", .string(model)),
    ]
  }

  private static func reason(_ answered: AnsweredQuestion) -> JSONValue {
    .string(answered.answer.finish?.reason == "length" ? "length" : "stop")
  }

  /// The extra fields.
  private static func extras(_ answered: AnsweredQuestion) -> [(String, JSONValue)] {
    [
      ("citations", .array(answered.answer.citations.map(\.json))),
      (
        "rag",
        .object([
          ("answer_id", .string(answered.id)), ("abstained", .bool(answered.answer.text == nil)),
          ("reason", JSONValue(answered.answer.abstention?.rawValue)),
          ("confidence", .number(answered.answer.confidence)), ("degraded", JSONValue(answered.degraded)),
          (
            "rewritten_question",
            answered.found.asked == answered.query.text ? .null : .string(answered.found.asked)
          ),
          ("lineage", answered.lineage), ("timings_ms", JSONValue(timings: answered.timings)),
        ])
      ),
    ]
  }

  func whole(_ answered: AnsweredQuestion, usage: JSONValue) -> JSONValue {
    .object(
      head("chat.completion") + [
        (
          "choices",
          .array([
            .object([
              ("index", .integer(0)),
              (
                "message",
                .object([
                  ("role", .string("assistant")), ("content", .string(Self.text(of: answered))),
                  ("refusal", .null),
                ])
              ), ("logprobs", .null), ("finish_reason", Self.reason(answered)),
            ])
          ])
        ), ("usage", usage),
      ] + Self.extras(answered))
  }

  private func choice(_ delta: [(String, JSONValue)], reason: JSONValue) -> JSONValue {
    .array([
      .object([
        ("index", .integer(0)), ("delta", .object(delta)), ("logprobs", .null), ("finish_reason", reason),
      ])
    ])
  }

  func chunk(_ delta: [(String, JSONValue)], _ chat: ChatRequest) -> JSONValue {
    .object(
      head("chat.completion.chunk") + [("choices", choice(delta, reason: .null))]
        + (chat.includesUsage ? [("usage", .null)] : []))
  }

  func last(_ answered: AnsweredQuestion, _ chat: ChatRequest) -> JSONValue {
    .object(
      head("chat.completion.chunk") + [("choices", choice([], reason: Self.reason(answered)))]
        + (chat.includesUsage ? [("usage", .null)] : []) + Self.extras(answered))
  }

  func usage(_ usage: JSONValue) -> JSONValue {
    .object(head("chat.completion.chunk") + [("choices", .array([])), ("usage", usage)])
  }
}
