import Foundation
import Transport

/// Sends one request to a language model and turns the streamed answer into events.
struct ReplyTransfer<Decoder: ReplyDecoder>: Sendable {
  let endpoint: ModelEndpoint
  let path: String
  let headers: TransportHeaders
  let body: [UInt8]
  let format: StreamFraming.Format
  let decoder: Decoder

  func events(_ options: ReplyOptions) -> AsyncThrowingStream<ModelEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await run(options) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func run(_ options: ReplyOptions, _ emit: (ModelEvent) -> Void) async throws(GenerationError) {
    var deadlines = endpoint.deadlines
    if let limit = options.deadline {
      deadlines.total = min(deadlines.total ?? limit, limit)
      // An answer that has not begun by then would come too late anyway.
      deadlines.firstByte = min(deadlines.firstByte ?? limit, limit)
    }
    do {
      let stream = try await endpoint.transport.stream(
        TransportRequest(
          .post, endpoint.baseURL + path, headers: headers, body: body, deadlines: deadlines,
          maximumBodyBytes: 64 << 20))
      guard stream.status == 200 else { throw await refusal(stream) }
      try await read(stream, emit)
    } catch let error as GenerationError {
      var shown = error
      shown.message = withoutKey(error.message)
      throw shown
    } catch let error as TransportError {
      throw GenerationError(
        .modelFailed, "language model: \(withoutKey(error.message))", underlying: error)
    } catch {
      throw .unreadable(error)
    }
  }

  private func read(_ stream: TransportStream, _ emit: (ModelEvent) -> Void) async throws {
    var decoder = decoder
    let type = stream.headers["content-type"]?.lowercased() ?? ""
    // Servers and proxies that do not stream send one JSON object.
    if format == .serverSentEvents, type.hasPrefix("application/json") {
      let body = try await stream.body.collect(upTo: StreamFraming.maximumBytes)
      for event in try decoder.decodeWhole(body) { emit(event) }
    } else {
      var framing = StreamFraming(format)
      var records = 0
      do {
        reading: for try await bytes in stream.body {
          for record in try framing.append(bytes) {
            records += 1
            for event in try decoder.decode(record) { emit(event) }
          }
          // What follows the end does not matter, and may be long in coming.
          if decoder.finish != nil, decoder.isComplete { break reading }
        }
      } catch let error as TransportError {
        // Servers forget the last record, and the end of the body too.
        guard decoder.finish != nil, error.code != .cancelled else { throw error }
      }
      if !decoder.isComplete, let last = framing.finish() {
        records += 1
        for event in try decoder.decode(last) { emit(event) }
      }
      guard records > 0 else {
        throw GenerationError(
          .modelFailed, "the language model's server sends no reply but \(Self.kind(type)). Check base URL")
      }
    }
    guard let finish = decoder.finish else {
      throw GenerationError(.modelInterrupted, "the language model's stream broke off in the middle")
    }
    emit(.finished(finish))
  }

  /// `text` without the key, should a server have repeated it.
  private func withoutKey(_ text: String) -> String { endpoint.key?.removed(from: text) ?? text }

  /// What a body is that holds no record, for people.
  private static func kind(_ contentType: String) -> String {
    let name = contentType.prefix { $0 != ";" && $0 != " " }.prefix(60)
    return name.isEmpty || name == "text/event-stream" ? "an empty stream" : "a body of type \(name)"
  }

  /// What the server says about a status that is not 200, without the key.
  private func refusal(_ stream: TransportStream) async -> GenerationError {
    let body = (try? await stream.body.collect(upTo: 64 << 10)) ?? []
    var said = ""
    if let message = ServerMessage(body)?.text {
      said = ": " + withoutKey(message).prefix(300)
    }
    let advice =
      switch stream.status {
      case 401, 403: "Check the key"
      case 404: "Check base URL and model: the server does not know one of them"
      case 408, 409, 429, 500...599: "It is overloaded or down: try again later"
      default: "Check base URL and model"
      }
    return GenerationError(
      .modelFailed, "the language model's server answers with status \(stream.status)\(said). \(advice)",
      status: stream.status)
  }
}

/// The words of an error body, in the shapes that servers and proxies give it.
struct ServerMessage {
  let text: String

  private struct Body: Decodable {
    struct Detail: Decodable {
      var message: String?
    }

    enum Value: Decodable {
      case words(String)
      case object(Detail)

      init(from decoder: any Decoder) throws {
        if let words = try? decoder.singleValueContainer().decode(String.self) {
          self = .words(words)
        } else {
          self = .object(try Detail(from: decoder))
        }
      }

      var text: String? {
        switch self {
        case .words(let words): words
        case .object(let detail): detail.message
        }
      }
    }

    var error: Value?
    var detail: Value?
    var message: String?
  }

  init?(_ body: [UInt8]) {
    guard let parsed = try? JSONDecoder().decode(Body.self, from: Data(body)) else { return nil }
    guard let text = parsed.error?.text ?? parsed.message ?? parsed.detail?.text, !text.isEmpty else {
      return nil
    }
    self.text = text
  }
}
