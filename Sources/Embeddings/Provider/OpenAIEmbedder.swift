import Crypto
import Kernels
import Storage
import Synchronization
import Transport

/// Embeds with a provider that speaks OpenAI's `/embeddings`, over HTTP.
///
/// Retries are the transport's: give it a `RetryingTransport`. Text past the model's length is cut here by the
/// estimate of `ProviderTokenEstimate`, which errs high, as providers refuse what is too long.
package struct OpenAIEmbedder: Embedder {
  package let identity: EmbeddingModelIdentity
  private let options: OpenAIEmbedderOptions
  private let client: OpenAIEmbeddingClient

  /// - Parameter dimension: columns of the provider's vectors; an answer with another number is an error.
  /// - Throws: `EmbeddingError` with `.invalidInput` for options that cannot be used.
  package init(
    _ options: OpenAIEmbedderOptions, dimension: Int, key: APIKey?, transport: any HTTPTransport
  ) throws(EmbeddingError) {
    let client = try OpenAIEmbeddingClient(options, key: key, transport: transport)
    self.init(options, dimension: dimension, client: client)
  }

  private init(_ options: OpenAIEmbedderOptions, dimension: Int, client: OpenAIEmbeddingClient) {
    self.options = options
    self.client = client
    identity = EmbeddingModelIdentity(
      model: options.model, weightsHash: Self.hash(options), dimension: dimension, pooling: .provider,
      maximumTokens: options.maximumTokens)
  }

  /// An embedder for `options`, with the dimension that they ask for, else the one that the provider shows when
  /// it embeds a word.
  ///
  /// - Throws: `EmbeddingError`, as `embed`.
  package static func connect(
    _ options: OpenAIEmbedderOptions, key: APIKey?, transport: any HTTPTransport
  ) async throws(EmbeddingError) -> OpenAIEmbedder {
    let client = try OpenAIEmbeddingClient(options, key: key, transport: transport)
    if let dimension = options.dimensions {
      return OpenAIEmbedder(options, dimension: dimension, client: client)
    }
    let vectors = try await client.embed(["dimension"]).vectors
    return OpenAIEmbedder(options, dimension: vectors[0].count, client: client)
  }

  package func countTokens(_ text: Substring) -> Int {
    ProviderTokenEstimate.count(text.utf8)
  }

  /// - Throws: `EmbeddingError`: `.invalidInput` for an empty text, `.modelMissing` when the provider doesn't know
  ///   the model, `.providerUnavailable` when it cannot be reached or is overloaded, `.modelMismatch` for vectors
  ///   of another dimension, else `.providerFailed`.
  /// - Complexity: ⌈texts / batch⌉ requests, a few at a time.
  package func embed(
    _ texts: [String], as role: EmbeddingRole
  ) async throws(EmbeddingError) -> EmbeddingBatch {
    let prefix = role == .passage ? options.passagePrefix : options.queryPrefix
    var inputs: [String] = []
    inputs.reserveCapacity(texts.count)
    for (index, text) in texts.enumerated() {
      guard !text.utf8.allSatisfy({ $0 <= 0x20 }) else {
        throw EmbeddingError(
          .invalidInput,
          "Text \(index) of \(texts.count) is empty; providers embed no empty text. Leave it out.")
      }
      inputs.append(ProviderTokenEstimate.cut(prefix + text, to: options.maximumTokens))
    }
    let estimates = inputs.map { ProviderTokenEstimate.count($0.utf8) }
    let batches = EmbeddingRequestBatches.ranges(
      of: inputs.map(\.utf8.count), maximumCount: options.textsPerRequest,
      maximumBytes: options.bytesPerRequest)
    let answers = try await answers(to: inputs, in: batches)

    var matrix = Matrix(rows: texts.count, columns: identity.dimension)
    var tokenCounts: [Int] = []
    tokenCounts.reserveCapacity(texts.count)
    for (range, answer) in zip(batches, answers) {
      for (row, vector) in zip(range, answer.vectors) {
        try write(vector, to: row, of: &matrix)
      }
      tokenCounts += ProviderTokenEstimate.share(answer.promptTokens, by: estimates[range])
    }
    return EmbeddingBatch(matrix: matrix, tokenCounts: tokenCounts)
  }

  /// Asks for all batches, at most `concurrentRequests` at a time; the first failure ends the others.
  private func answers(
    to inputs: [String], in batches: [Range<Int>]
  ) async throws(EmbeddingError) -> [OpenAIEmbeddingClient.Answer] {
    do {
      return try await withThrowingTaskGroup(of: (Int, OpenAIEmbeddingClient.Answer).self) { group in
        var answers = [OpenAIEmbeddingClient.Answer?](repeating: nil, count: batches.count)
        var started = 0
        func startNext() {
          guard started < batches.count else { return }
          let index = started
          let texts = Array(inputs[batches[index]])
          group.addTask { (index, try await client.embed(texts)) }
          started += 1
        }
        for _ in 0..<options.concurrentRequests { startNext() }
        while let (index, answer) = try await group.next() {
          answers[index] = answer
          startNext()
        }
        return answers.compactMap(\.self)
      }
    } catch let error as EmbeddingError {
      throw error
    } catch {
      throw EmbeddingError(.providerFailed, "The provider's answer was lost.", underlying: error)
    }
  }

  /// Writes `vector` scaled to unit length.
  private func write(_ vector: [Float], to row: Int, of matrix: inout Matrix) throws(EmbeddingError) {
    guard vector.count == identity.dimension else {
      throw EmbeddingError(
        .modelMismatch,
        """
        Model \(options.model) gave a vector of \(vector.count) columns where \(identity.dimension) are expected. \
        Set the model's dimension, or reindex if the model has changed.
        """)
    }
    let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length.isFinite, length > 0 else {
      throw EmbeddingError(
        .providerFailed,
        "Model \(options.model) gave a vector that is zero or not finite. Check the provider's model; try again."
      )
    }
    for (column, value) in vector.enumerated() {
      matrix.values[row * matrix.columns + column] = Float(Double(value) / length)
    }
  }

  /// Over what decides the vectors: base URL and model, and dimensions and prefixes if they are set.
  private static func hash(_ options: OpenAIEmbedderOptions) -> String {
    var hash = SHA256()
    for part in [
      options.trimmedBaseURL, options.model, options.dimensions.map { "\($0)" } ?? "", options.passagePrefix,
      options.queryPrefix,
    ] {
      hash.update(data: Array(part.utf8) + [0])
    }
    return Hex.string(hash.finalize())
  }
}
