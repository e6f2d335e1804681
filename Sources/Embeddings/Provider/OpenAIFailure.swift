import Foundation
import Transport

/// What an OpenAI-compatible server says when it refuses.
///
/// The forms differ: `{"error":{"message"}}`, `{"error":"text"}`, `{"message"}`, `{"detail"}`, or a page of HTML.
struct OpenAIFailure {
  let status: Int
  /// Fit to be shown: short, one line, without the key; `nil` when the server said nothing that can be read.
  let message: String?

  init(_ response: TransportResponse, key: APIKey?) {
    status = response.status
    let object = try? JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
    let error = object?["error"]
    let text =
      (error as? [String: Any])?["message"] as? String ?? error as? String ?? object?["message"] as? String
      ?? object?["detail"] as? String
    message = text.map { Self.shown($0, key: key) }
  }

  func error(model: String) -> EmbeddingError {
    switch status {
    case 401, 403:
      // Not the server's words: some repeat a part of the key.
      return EmbeddingError(
        .providerFailed,
        "The embedding provider refuses the API key (status \(status)). Check the key's variable or file.")
    case 404:
      return EmbeddingError(
        .modelMissing,
        "The embedding provider has no model \(model), or no /embeddings at this base URL (status 404)\(said). Check both."
      )
    case 408, 409, 425, 429, 500...:
      return EmbeddingError(
        .providerUnavailable,
        "The embedding provider cannot answer now (status \(status))\(said). Try again later, or send it less."
      )
    default:
      return EmbeddingError(
        .providerFailed,
        "The embedding provider refuses the request for model \(model) (status \(status))\(said). Check model and options."
      )
    }
  }

  private var said: String { message.map { ": " + $0 } ?? "" }

  private static func shown(_ text: String, key: APIKey?) -> String {
    let clean = key.map { $0.removed(from: text) } ?? text
    let line = String(
      String.UnicodeScalarView(
        clean.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }.prefix(300)))
    return line.hasSuffix(".") ? String(line.dropLast()) : line
  }
}
