import Foundation
import Generation
import TestSupport
import Testing
import Transport

/// A provider with the words of its wire: what a scripted server says in its name.
enum ScriptedProvider: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case openAI, anthropic, ollama

  var testDescription: String { rawValue }

  /// As lineage names the model `m`.
  var identity: String {
    switch self {
    case .openAI: "openai/m"
    case .anthropic: "anthropic/m"
    case .ollama: "ollama/m"
    }
  }

  func model(
    _ url: String, key: APIKey? = nil, deadlines: TransportDeadlines = TransportDeadlines(),
    transport: any HTTPTransport
  ) -> any LanguageModel {
    var endpoint = ModelEndpoint(
      baseURL: self == .openAI ? url + "/v1/" : url, model: "m", temperature: 0, key: key,
      transport: transport)
    endpoint.deadlines = deadlines
    return switch self {
    case .openAI: OpenAIChatModel(endpoint)
    case .anthropic: AnthropicModel(endpoint)
    case .ollama: OllamaModel(endpoint)
    }
  }

  var contentType: String {
    self == .ollama ? "application/x-ndjson" : "text/event-stream; charset=utf-8"
  }

  /// A record that adds `text` to the reply.
  func piece(_ text: String) -> String {
    switch self {
    case .openAI:
      event(#"{"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}],"usage":null}"#)
    case .anthropic:
      event(
        #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"\#(text)"}}"#,
        "content_block_delta")
    case .ollama: #"{"model":"m","message":{"role":"assistant","content":"\#(text)"},"done":false}"# + "\n"
    }
  }

  /// Records in front of the text: roles, thoughts, comments and beats of the heart.
  var opening: String {
    switch self {
    case .openAI:
      ": busy\n\n"
        + event(#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#)
        + event(#"{"choices":[{"index":0,"delta":{"reasoning_content":"secret","reasoning":"secret"}}]}"#)
    case .anthropic:
      event(
        #"{"type":"message_start","message":{"type":"message","content":[],"usage":{"input_tokens":7,"output_tokens":1}}}"#,
        "message_start")
        + event(
          #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
          "content_block_start")
        + event(
          #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"secret"}}"#,
          "content_block_delta")
        + event(
          #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"secret"}}"#,
          "content_block_delta")
        + event(#"{"type":"ping"}"#, "ping")
        + event(#"{"type":"content_block_stop","index":0}"#, "content_block_stop")
        + event(
          #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
          "content_block_start")
    case .ollama:
      #"{"model":"m","message":{"role":"assistant","content":"","thinking":"secret"},"done":false}"# + "\n\n"
    }
  }

  /// Records that end the reply well: `word` is the provider's own; 7 tokens went in, 3 came out.
  func ending(_ word: String) -> String {
    switch self {
    case .openAI:
      event(#"{"choices":[{"index":0,"delta":{},"finish_reason":"\#(word)"}],"usage":null}"#)
        + event(#"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}"#)
        + "data: [DONE]\n\n"
    case .anthropic:
      event(
        #"{"type":"message_delta","delta":{"stop_reason":"\#(word)","stop_sequence":null},"usage":{"output_tokens":3}}"#,
        "message_delta")
        + event(#"{"type":"message_stop"}"#, "message_stop")
    case .ollama:
      #"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"\#(word)","#
        + #""prompt_eval_count":7,"eval_count":3}"# + "\n"
    }
  }

  /// The word for a natural end.
  var stop: String { self == .anthropic ? "end_turn" : "stop" }

  /// A whole stream that says `pieces`.
  func stream(_ pieces: [String]) -> String {
    opening + pieces.map { piece($0) }.joined() + ending(stop)
  }

  func event(_ data: String, _ name: String? = nil) -> String {
    (name.map { "event: \($0)\n" } ?? "") + "data: \(data)\n\n"
  }

  /// The server's steps for a stream of `chunks` that ends in order.
  func reply(_ chunks: [String]) -> [FaultServer.Step] {
    [.head(200, [("Content-Type", contentType)], length: nil)] + chunks.map { .chunk($0) } + [.chunk("")]
  }
}

/// What came of asking a model.
struct CollectedReply {
  var pieces: [String] = []
  var finish: ModelFinish?
  var error: GenerationError?
  var time = Duration.zero

  var text: String { pieces.joined() }

  static func of(
    _ model: any LanguageModel, _ messages: [ModelMessage] = [ModelMessage(role: .user, content: "?")],
    deadline: Duration? = nil
  ) async -> CollectedReply {
    var reply = CollectedReply()
    let start = ContinuousClock.now
    do {
      for try await event in model.reply(
        to: messages, options: ReplyOptions(maximumTokens: 50, deadline: deadline))
      {
        switch event {
        case .text(let piece): reply.pieces.append(piece)
        case .finished(let finish): reply.finish = finish
        }
      }
    } catch let error as GenerationError {
      reply.error = error
    } catch {
      Issue.record("not a GenerationError: \(error)")
    }
    reply.time = ContinuousClock.now - start
    return reply
  }
}

/// Hands out one response in the chunks that it is given, without a network.
struct ChunkedTransport: HTTPTransport {
  var contentType: String
  var chunks: [[UInt8]]

  func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
    TransportStream(status: 200, headers: ["Content-Type": contentType], body: TransportBody(chunks))
  }
}

enum Transports {
  static func direct() throws -> CurlTransport { try CurlTransport(.init(proxy: .direct)) }

  /// As `rag` puts it together, with short waits.
  static func retrying(
    attempts: Int = 4, breaker: CircuitBreaker.Limits = CircuitBreaker.Limits()
  ) throws -> CircuitBreakingTransport {
    let policy = RetryPolicy(maximumAttempts: attempts, base: .milliseconds(10))
    return CircuitBreakingTransport(RetryingTransport(try direct(), policy: policy), limits: breaker)
  }
}

/// - Returns: whether `condition` came to hold within two seconds.
func eventually(_ condition: () -> Bool) async throws -> Bool {
  for _ in 0..<200 {
    if condition() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return condition()
}
