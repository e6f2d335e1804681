import Foundation
import Transport

/// A language model behind Ollama's own `/api/chat`.
package struct OllamaModel: LanguageModel {
  private let endpoint: ModelEndpoint

  /// - Parameter endpoint: `baseURL` such as `http://127.0.0.1:11434`.
  package init(_ endpoint: ModelEndpoint) {
    self.endpoint = endpoint
  }

  package var identity: String { "ollama/\(endpoint.model)" }

  package func reply(
    to messages: [ModelMessage], options: ReplyOptions
  ) -> AsyncThrowingStream<ModelEvent, any Error> {
    var headers: TransportHeaders = ["Content-Type": "application/json"]
    if let key = endpoint.key { headers.append("Authorization", key.bearer) }
    let body = Body(
      model: endpoint.model, messages: messages, stream: true,
      options: Body.Options(
        // Its own default is shorter than a few passages, and it cuts the prompt without a word.
        num_ctx: endpoint.contextTokens ?? 8192, num_predict: options.maximumTokens,
        temperature: endpoint.temperature))
    return ReplyTransfer(
      endpoint: endpoint, path: "/api/chat", headers: headers, body: body.bytes, format: .lines,
      decoder: Decoder(model: identity)
    ).events(options)
  }

  /// Wire type.
  private struct Body: Encodable {
    struct Options: Encodable {
      var num_ctx: Int
      var num_predict: Int
      var temperature: Double?
    }

    var model: String
    var messages: [ModelMessage]
    var stream: Bool
    var options: Options
  }

  /// Wire type.
  private struct Line: Decodable {
    struct Message: Decodable {
      var content: String?
    }

    var message: Message?
    var done: Bool?
    var done_reason: String?
    var prompt_eval_count: Int?
    var eval_count: Int?
    var error: String?
  }

  private struct Decoder: ReplyDecoder {
    let model: String
    private(set) var finish: ModelFinish?

    init(model: String) {
      self.model = model
    }

    var isComplete: Bool { finish != nil }

    mutating func decode(_ record: StreamFraming.Record) throws(GenerationError) -> [ModelEvent] {
      let line: Line
      do {
        line = try JSONDecoder().decode(Line.self, from: Data(record.data))
      } catch {
        throw .unreadable(error)
      }
      if let error = line.error {
        throw GenerationError(.modelFailed, "the language model's server says: \(error.prefix(300))")
      }
      if line.done == true {
        finish = ModelFinish(
          model: model, reason: line.done_reason ?? "stop", inputTokens: line.prompt_eval_count,
          outputTokens: line.eval_count)
      }
      guard let text = line.message?.content, !text.isEmpty else { return [] }
      return [.text(text)]
    }

    mutating func decodeWhole(_ body: [UInt8]) throws(GenerationError) -> [ModelEvent] {
      try decode(StreamFraming.Record(event: nil, data: body))
    }
  }
}
