import Foundation
import Synchronization
import Transport

/// One request to `/embeddings`, and what its answer means.
///
/// Asks for base64 (little-endian float32), takes float lists as well, and stops asking for base64 once the
/// provider has refused the field.
final class OpenAIEmbeddingClient: Sendable {
  struct Answer: Sendable {
    /// In the order of the texts; all values are finite.
    var vectors: [[Float]]
    /// Of the whole request, `nil` when the provider doesn't tell.
    var promptTokens: Int?
  }

  private let options: OpenAIEmbedderOptions
  private let key: APIKey?
  private let transport: any HTTPTransport
  private let asksForBase64 = Mutex(true)

  init(
    _ options: OpenAIEmbedderOptions, key: APIKey?, transport: any HTTPTransport
  ) throws(EmbeddingError) {
    try options.validate()
    self.options = options
    self.key = key
    self.transport = transport
  }

  /// - Parameter texts: not empty, within the provider's limits.
  /// - Throws: `EmbeddingError`.
  func embed(_ texts: [String]) async throws(EmbeddingError) -> Answer {
    let isBase64 = asksForBase64.withLock { $0 }
    var response = try await send(texts, isBase64: isBase64)
    if isBase64, response.status == 400 || response.status == 422,
      String(decoding: response.body, as: UTF8.self).contains("encoding_format")
    {
      asksForBase64.withLock { $0 = false }
      response = try await send(texts, isBase64: false)
    }
    guard response.status == 200 else { throw OpenAIFailure(response, key: key).error(model: options.model) }
    return try OpenAIEmbeddingAnswer.read(response.body, count: texts.count, model: options.model)
  }

  private func send(_ texts: [String], isBase64: Bool) async throws(EmbeddingError) -> TransportResponse {
    let body = RequestBody(
      model: options.model, input: texts, encoding_format: isBase64 ? "base64" : nil,
      dimensions: options.dimensions)
    var headers: TransportHeaders = ["Content-Type": "application/json", "Accept": "application/json"]
    if let key { headers.append("Authorization", key.bearer) }
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let request = TransportRequest(
        .post, options.trimmedBaseURL + "/embeddings", headers: headers,
        body: Array(try encoder.encode(body)),
        deadlines: options.deadlines, maximumBodyBytes: 256 << 20)
      return try await transport.send(request)
    } catch let error as TransportError {
      throw Self.error(error)
    } catch {
      throw EmbeddingError(.invalidInput, "The texts cannot be written as JSON.", underlying: error)
    }
  }

  private static func error(_ error: TransportError) -> EmbeddingError {
    let code: EmbeddingError.Code =
      switch error.code {
      case .resolve, .connect, .timeout, .reset, .circuitOpen, .cancelled: .providerUnavailable
      case .badURL, .badRequest: .invalidInput
      case .tls, .badResponse, .tooLarge, .other: .providerFailed
      }
    return EmbeddingError(code, "Embedding provider: \(error.message)", underlying: error)
  }

  /// Wire type; fields that are `nil` are left out.
  private struct RequestBody: Encodable {
    var model: String
    var input: [String]
    var encoding_format: String?
    var dimensions: Int?
  }
}
