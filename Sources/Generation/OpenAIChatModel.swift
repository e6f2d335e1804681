import Foundation
import Transport

/// A language model behind an OpenAI-compatible `/chat/completions`.
package struct OpenAIChatModel: LanguageModel {
  package struct Options: Hashable, Sendable {
    /// With the version, such as `https://api.example.com/v1`.
    package var baseURL: String
    package var model: String
    package var temperature: Double?
    package var deadlines = TransportDeadlines()

    package init(baseURL: String, model: String, temperature: Double? = nil) {
      self.baseURL = baseURL
      self.model = model
      self.temperature = temperature
    }
  }

  private let options: Options
  private let key: APIKey?
  private let transport: any HTTPTransport

  package init(_ options: Options, key: APIKey?, transport: any HTTPTransport) {
    self.options = options
    self.key = key
    self.transport = transport
  }

  package var identity: String { "openai/\(options.model)" }

  package func reply(
    to messages: [ModelMessage], maximumTokens: Int
  ) -> AsyncThrowingStream<ModelEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let answer = try await send(messages, maximumTokens: maximumTokens)
          guard let choice = answer.choices.first else {
            throw GenerationError(.modelFailed, "the language model's answer holds no choice")
          }
          if let text = choice.message.content, !text.isEmpty { continuation.yield(.text(text)) }
          continuation.yield(
            .finished(
              reason: choice.finish_reason ?? "stop", inputTokens: answer.usage?.prompt_tokens,
              outputTokens: answer.usage?.completion_tokens))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func send(
    _ messages: [ModelMessage], maximumTokens: Int
  ) async throws(GenerationError) -> Answer {
    var headers: TransportHeaders = ["Content-Type": "application/json", "Accept": "application/json"]
    if let key { headers.append("Authorization", key.bearer) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let body = Body(
        model: options.model, messages: messages, max_tokens: maximumTokens, temperature: options.temperature)
      let base = String(options.baseURL.reversed().drop { $0 == "/" }.reversed())
      let response = try await transport.send(
        TransportRequest(
          .post, base + "/chat/completions", headers: headers, body: Array(try encoder.encode(body)),
          deadlines: options.deadlines, maximumBodyBytes: 16 << 20))
      guard response.status == 200 else {
        let isKey = response.status == 401 || response.status == 403
        throw GenerationError(
          .modelFailed,
          isKey
            ? "the language model's server refuses the API key (status \(response.status)). Check the key"
            : "the language model's server answers with status \(response.status). Check base URL and model")
      }
      return try JSONDecoder().decode(Answer.self, from: Data(response.body))
    } catch let error as GenerationError {
      throw error
    } catch let error as TransportError {
      throw GenerationError(.modelFailed, "language model: \(error.message)", underlying: error)
    } catch {
      throw GenerationError(.modelFailed, "the language model's answer cannot be read", underlying: error)
    }
  }

  /// Wire type.
  private struct Body: Encodable {
    var model: String
    var messages: [ModelMessage]
    var max_tokens: Int
    var temperature: Double?
  }

  /// Wire type.
  private struct Answer: Decodable {
    struct Choice: Decodable {
      struct Message: Decodable {
        var content: String?
      }

      var message: Message
      var finish_reason: String?
    }

    struct Usage: Decodable {
      var prompt_tokens: Int?
      var completion_tokens: Int?
    }

    var choices: [Choice]
    var usage: Usage?
  }
}

extension LanguageModel {
  /// The whole reply.
  ///
  /// - Throws: `GenerationError`.
  package func complete(_ messages: [ModelMessage], maximumTokens: Int) async throws -> String {
    var text = ""
    for try await event in reply(to: messages, maximumTokens: maximumTokens) {
      if case .text(let piece) = event { text += piece }
    }
    return text
  }
}
