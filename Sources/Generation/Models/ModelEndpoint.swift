import Transport

/// Where a language model is, and how it is asked.
package struct ModelEndpoint: Sendable {
  package var baseURL: String
  package var model: String
  package var temperature: Double?
  package var key: APIKey?
  package var deadlines = TransportDeadlines()
  /// Tokens of prompt and reply that an Ollama server keeps room for; others know it themselves.
  package var contextTokens: Int?
  package var transport: any HTTPTransport

  package init(
    baseURL: String, model: String, temperature: Double? = nil, key: APIKey?, contextTokens: Int? = nil,
    transport: any HTTPTransport
  ) {
    self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    self.model = model
    self.temperature = temperature
    self.key = key
    self.contextTokens = contextTokens
    self.transport = transport
  }
}
