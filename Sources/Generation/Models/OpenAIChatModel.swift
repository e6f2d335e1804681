import Foundation
import Transport

/// A language model behind an OpenAI-compatible `/chat/completions`: OpenAI, vLLM, llama.cpp, Ollama's `/v1`.
package struct OpenAIChatModel: LanguageModel {
  private let endpoint: ModelEndpoint

  /// - Parameter endpoint: `baseURL` with the version, such as `https://api.example.com/v1`.
  package init(_ endpoint: ModelEndpoint) {
    self.endpoint = endpoint
  }

  package var identity: String { "openai/\(endpoint.model)" }

  package func reply(
    to messages: [ModelMessage], options: ReplyOptions
  ) -> AsyncThrowingStream<ModelEvent, any Error> {
    var headers: TransportHeaders = [
      "Content-Type": "application/json", "Accept": "text/event-stream, application/json",
    ]
    if let key = endpoint.key { headers.append("Authorization", key.bearer) }
    let body = Body(
      model: endpoint.model, messages: messages, max_tokens: options.maximumTokens,
      temperature: endpoint.temperature, stream: true, stream_options: Body.StreamOptions(include_usage: true)
    )
    return ReplyTransfer(
      endpoint: endpoint, path: "/chat/completions", headers: headers, body: body.bytes,
      format: .serverSentEvents, decoder: Decoder(model: identity)
    ).events(options)
  }

  /// Wire type.
  private struct Body: Encodable {
    struct StreamOptions: Encodable {
      var include_usage: Bool
    }

    var model: String
    var messages: [ModelMessage]
    var max_tokens: Int
    var temperature: Double?
    var stream: Bool
    var stream_options: StreamOptions
  }

  /// Wire type: a chunk of a stream, and the whole answer too.
  private struct Chunk: Decodable {
    struct Choice: Decodable {
      struct Part: Decodable {
        var content: String?
      }

      var delta: Part?
      var message: Part?
      var finish_reason: String?
    }

    struct Usage: Decodable {
      var prompt_tokens: Int?
      var completion_tokens: Int?
    }

    var choices: [Choice]?
    var usage: Usage?
  }

  private struct Decoder: ReplyDecoder {
    let model: String
    private var reason: String?
    private var usage: Chunk.Usage?
    private(set) var isComplete = false

    init(model: String) {
      self.model = model
    }

    var finish: ModelFinish? {
      guard reason != nil || isComplete else { return nil }
      return ModelFinish(
        model: model, reason: reason ?? "stop", inputTokens: usage?.prompt_tokens,
        outputTokens: usage?.completion_tokens)
    }

    mutating func decode(_ record: StreamFraming.Record) throws(GenerationError) -> [ModelEvent] {
      if String(decoding: record.data, as: UTF8.self) == "[DONE]" {
        isComplete = true
        return []
      }
      return try take(record.data)
    }

    mutating func decodeWhole(_ body: [UInt8]) throws(GenerationError) -> [ModelEvent] {
      let events = try take(body)
      guard reason != nil || !events.isEmpty else {
        throw GenerationError(.modelFailed, "the language model's answer holds no choice")
      }
      reason = reason ?? "stop"
      return events
    }

    private mutating func take(_ data: [UInt8]) throws(GenerationError) -> [ModelEvent] {
      let chunk: Chunk
      do {
        chunk = try JSONDecoder().decode(Chunk.self, from: Data(data))
      } catch {
        if let message = ServerMessage(data) {
          throw GenerationError(.modelFailed, "the language model's server says: \(message.text.prefix(300))")
        }
        throw .unreadable(error)
      }
      if chunk.choices == nil, let message = ServerMessage(data) {
        throw GenerationError(.modelFailed, "the language model's server says: \(message.text.prefix(300))")
      }
      usage = chunk.usage ?? usage
      guard let choice = chunk.choices?.first else { return [] }
      // Some servers write an empty word where others write null.
      if let word = choice.finish_reason, !word.isEmpty { reason = word }
      // Thoughts come in fields of their own, which are left out.
      guard let text = choice.delta?.content ?? choice.message?.content, !text.isEmpty else { return [] }
      return [.text(text)]
    }
  }
}

extension Encodable {
  /// JSON with sorted keys.
  var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and finite numbers always have a JSON form.
    return (try? encoder.encode(self)).map { Array($0) } ?? []
  }
}
