import Foundation
import Transport

/// A language model behind Anthropic's Messages API.
package struct AnthropicModel: LanguageModel {
  private let endpoint: ModelEndpoint

  /// - Parameter endpoint: `baseURL` without the version, such as `https://api.anthropic.com`.
  package init(_ endpoint: ModelEndpoint) {
    self.endpoint = endpoint
  }

  package var identity: String { "anthropic/\(endpoint.model)" }

  package func reply(
    to messages: [ModelMessage], options: ReplyOptions
  ) -> AsyncThrowingStream<ModelEvent, any Error> {
    var headers: TransportHeaders = [
      "Content-Type": "application/json", "Accept": "text/event-stream", "anthropic-version": "2023-06-01",
    ]
    if let key = endpoint.key { headers.append("x-api-key", key.secret) }
    let system = messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
    let body = Body(
      model: endpoint.model, max_tokens: options.maximumTokens, system: system.isEmpty ? nil : system,
      messages: messages.filter { $0.role != .system }, temperature: endpoint.temperature, stream: true)
    return ReplyTransfer(
      endpoint: endpoint, path: "/v1/messages", headers: headers, body: body.bytes,
      format: .serverSentEvents, decoder: Decoder(model: identity)
    ).events(options)
  }

  /// Wire type.
  private struct Body: Encodable {
    var model: String
    var max_tokens: Int
    var system: String?
    var messages: [ModelMessage]
    var temperature: Double?
    var stream: Bool
  }

  /// Wire type: every event of the stream, and the whole message.
  private struct Event: Decodable {
    struct Usage: Decodable {
      /// Those that no cache knew.
      var input_tokens: Int?
      var cache_creation_input_tokens: Int?
      var cache_read_input_tokens: Int?
      var output_tokens: Int?

      var allInput: Int? {
        input_tokens.map { $0 + (cache_creation_input_tokens ?? 0) + (cache_read_input_tokens ?? 0) }
      }
    }

    struct Message: Decodable {
      var usage: Usage?
    }

    struct Delta: Decodable {
      var type: String?
      var text: String?
      var stop_reason: String?
    }

    struct Block: Decodable {
      var type: String
      var text: String?
    }

    var type: String
    var message: Message?
    var delta: Delta?
    var usage: Usage?
    var content: [Block]?
    var stop_reason: String?
  }

  private struct Decoder: ReplyDecoder {
    let model: String
    private var reason: String?
    private var inputTokens: Int?
    private var outputTokens: Int?
    private(set) var isComplete = false

    init(model: String) {
      self.model = model
    }

    var finish: ModelFinish? {
      guard isComplete || reason != nil else { return nil }
      let word =
        switch reason {
        case nil, "end_turn", "stop_sequence": "stop"
        case "max_tokens": "length"
        case let other?: other
        }
      return ModelFinish(model: model, reason: word, inputTokens: inputTokens, outputTokens: outputTokens)
    }

    mutating func decode(_ record: StreamFraming.Record) throws(GenerationError) -> [ModelEvent] {
      let event = try Self.event(record.data)
      switch event.type {
      case "message_start":
        inputTokens = event.message?.usage?.allInput
      case "content_block_delta":
        // Thinking, signatures and tool input have other types.
        guard event.delta?.type == "text_delta", let text = event.delta?.text, !text.isEmpty else {
          return []
        }
        return [.text(text)]
      case "message_delta":
        reason = event.delta?.stop_reason ?? reason
        outputTokens = event.usage?.output_tokens ?? outputTokens
        // Sums of the whole reply, where they are there.
        inputTokens = event.usage?.allInput ?? inputTokens
      case "message_stop":
        isComplete = true
      case "error":
        throw Self.failure(record.data)
      default:
        break
      }
      return []
    }

    mutating func decodeWhole(_ body: [UInt8]) throws(GenerationError) -> [ModelEvent] {
      let message = try Self.event(body)
      if message.type == "error" { throw Self.failure(body) }
      guard let content = message.content else {
        throw GenerationError(.modelFailed, "the language model's answer holds no content")
      }
      inputTokens = message.usage?.allInput
      outputTokens = message.usage?.output_tokens
      reason = message.stop_reason ?? "end_turn"
      isComplete = true
      return content.filter { $0.type == "text" }.compactMap { $0.text.map { .text($0) } }
    }

    private static func failure(_ data: [UInt8]) -> GenerationError {
      let said = ServerMessage(data)?.text ?? "an error without words"
      return GenerationError(.modelFailed, "the language model's server says: \(said.prefix(300))")
    }

    private static func event(_ data: [UInt8]) throws(GenerationError) -> Event {
      do {
        return try JSONDecoder().decode(Event.self, from: Data(data))
      } catch {
        throw .unreadable(error)
      }
    }
  }
}
