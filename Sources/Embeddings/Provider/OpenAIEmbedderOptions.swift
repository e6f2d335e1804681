import Transport

/// Which model of which provider, and how to ask it.
package struct OpenAIEmbedderOptions: Hashable, Sendable {
  /// What `/embeddings` is appended to, such as `https://api.openai.com/v1`; without user information or query.
  package var baseURL: String
  package var model: String
  /// Columns to ask the provider for, where the model can shorten its vectors; `nil` doesn't ask.
  package var dimensions: Int?
  /// Longest input, tokens.
  package var maximumTokens: Int
  /// Put before every passage, for models that want it, such as `passage: `.
  package var passagePrefix: String
  /// Put before every query, such as `query: `.
  package var queryPrefix: String
  /// At most 2048, the protocol's limit.
  package var textsPerRequest: Int
  /// Bytes of text a request. 256 KiB by default: no tokenizer makes more than a token of a byte, so this stays
  /// under OpenAI's 300,000 tokens a request.
  package var bytesPerRequest: Int
  /// Requests under way at a time.
  package var concurrentRequests: Int
  package var deadlines: TransportDeadlines

  package init(
    baseURL: String, model: String, dimensions: Int? = nil, maximumTokens: Int = 8191,
    passagePrefix: String = "",
    queryPrefix: String = "", textsPerRequest: Int = 2048, bytesPerRequest: Int = 256 << 10,
    concurrentRequests: Int = 4, deadlines: TransportDeadlines = TransportDeadlines(total: .seconds(180))
  ) {
    self.baseURL = baseURL
    self.model = model
    self.dimensions = dimensions
    self.maximumTokens = maximumTokens
    self.passagePrefix = passagePrefix
    self.queryPrefix = queryPrefix
    self.textsPerRequest = textsPerRequest
    self.bytesPerRequest = bytesPerRequest
    self.concurrentRequests = concurrentRequests
    self.deadlines = deadlines
  }

  /// `baseURL` without slashes at its end.
  var trimmedBaseURL: String {
    var bytes = baseURL.utf8[...]
    while bytes.last == 0x2F { bytes = bytes.dropLast() }
    return String(bytes) ?? baseURL
  }

  /// - Throws: `EmbeddingError` with `.invalidInput`, naming the option.
  func validate() throws(EmbeddingError) {
    guard !model.isEmpty else {
      throw EmbeddingError(.invalidInput, "The embedding model has no name; set one.")
    }
    guard !baseURL.utf8.contains(where: { $0 == 0x40 || $0 == 0x3F || $0 == 0x23 }) else {
      throw EmbeddingError(
        .invalidInput,
        "The provider's base URL has user information or a query. Leave them out; name the key's variable or file."
      )
    }
    let limits = [
      ("dimensions", dimensions ?? 1), ("maximumTokens", maximumTokens), ("textsPerRequest", textsPerRequest),
      ("bytesPerRequest", bytesPerRequest), ("concurrentRequests", concurrentRequests),
    ]
    for (name, value) in limits where value < 1 {
      throw EmbeddingError(.invalidInput, "The embedding option \(name) is \(value); it must be 1 or more.")
    }
    guard textsPerRequest <= 2048 else {
      throw EmbeddingError(.invalidInput, "The embedding option textsPerRequest is over the protocol's 2048.")
    }
  }
}
