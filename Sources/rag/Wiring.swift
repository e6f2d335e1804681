import Catalog
import Crypto
import Embeddings
import Foundation
import Generation
import IndexStore
import LexicalIndex
import Retrieval
import Tracking
import Transport

/// Puts the parts together for one command.
struct Wiring {
  let settings: Settings

  init(_ global: GlobalOptions) throws {
    settings = try Settings(global: global)
  }

  func openHome(createIfMissing: Bool = false) throws -> HomeFolder {
    try HomeFolder(path: settings.home, createIfMissing: createIfMissing)
  }

  func tracking(_ home: HomeFolder) throws -> TrackingStore {
    TrackingStore(catalog: home.catalog, home: home.path, bucket: try artifactBucket())
  }

  /// Where files of runs and models go; `nil` is the home's folder.
  func artifactBucket() throws -> S3Bucket? {
    guard let text = settings.environment["RAG_ARTIFACTS"] ?? settings.file.artifacts?.s3 else { return nil }
    let section = settings.file.artifacts
    let address = try S3Address(
      text, region: section?.region, endpoint: section?.endpoint, environment: settings.environment)
    return S3Bucket(address, transport: RetryingTransport(try CurlTransport()))
  }

  /// The embedding model that is configured, or named by a flag.
  ///
  /// - Parameters:
  ///   - profile: above the settings, for what belongs to no collection.
  ///   - collection: a collection that it is for: it keeps the profile that it was made with, and the dimension
  ///     recorded there saves asking a provider.
  /// - Throws: `EmbeddingError.modelMissing`, saying how to get it.
  func embedder(
    named flag: String? = nil, threads: Int? = nil, profile: EmbeddingProfile? = nil,
    for collection: CollectionConfiguration? = nil
  ) async throws -> any Embedder {
    let threads = threads ?? settings.threads
    let section = settings.file.embedding
    switch section?.provider ?? "local" {
    case "local":
      let profile = try collection?.embedding.profile ?? profile ?? settings.embeddingProfile()
      return try localEmbedder(named: flag, threads: threads, profile: profile)
    case "openai":
      let known = collection.flatMap { $0.embedding.pooling == .provider ? $0.embedding.dimension : nil }
      return try await providerEmbedder(section, model: flag, dimension: known)
    case let other:
      throw UsageError("embedding.provider must be local or openai, not '\(other)'")
    }
  }

  /// The local model that is configured, or named by a flag.
  ///
  /// - Throws: `EmbeddingError.modelMissing`, saying how to get it.
  func localEmbedder(
    named flag: String? = nil, threads: Int? = nil, profile: EmbeddingProfile
  ) throws -> LocalEmbedder {
    let section = settings.file.embedding
    let configured = (section?.provider ?? "local") == "local" ? section?.model : nil
    let name =
      flag ?? settings.environment["RAG_MODEL"] ?? configured ?? PinnedModel.allMiniLML6v2.name
    return try LocalEmbedder(
      directory: try ModelStore(root: settings.modelsFolder).directory(of: name),
      threads: threads ?? settings.threads, profile: profile)
  }

  private func providerEmbedder(
    _ section: ConfigurationFile.Embedding?, model flag: String?, dimension: Int?
  ) async throws -> any Embedder {
    guard let base = section?.baseURL, let model = flag ?? section?.model else {
      throw UsageError("embedding.provider openai needs base_url and model in the configuration file")
    }
    let key = try settings.key(variable: section?.apiKeyVariable, file: section?.apiKeyFile)
    let options = OpenAIEmbedderOptions(baseURL: base, model: model, dimensions: section?.dimensions)
    let transport = CircuitBreakingTransport(RetryingTransport(try CurlTransport()))
    if let dimension {
      return try OpenAIEmbedder(options, dimension: dimension, key: key, transport: transport)
    }
    return try await OpenAIEmbedder.connect(options, key: key, transport: transport)
  }

  /// The reranker that is configured, or named by a flag.
  ///
  /// - Parameters:
  ///   - flag: a kind, or `kind:model`.
  ///   - embedder: the collection's model, which late interaction uses.
  /// - Throws: `UsageError` for an unknown kind or one that lacks settings, `EmbeddingError` for a missing model.
  func reranker(named flag: String?, embedder: (any Embedder)?) throws -> (any Reranker)? {
    let section = settings.file.reranker
    let parts = flag?.split(separator: ":", maxSplits: 1).map(String.init)
    let kind = parts?.first ?? section?.kind ?? "none"
    let model = parts.flatMap { $0.count > 1 ? $0[1] : nil } ?? (kind == section?.kind ? section?.model : nil)
    switch kind {
    case "none": return nil
    case "late-interaction":
      guard let local = embedder as? LocalEmbedder else {
        throw UsageError(
          "late-interaction needs the collection's model in this process, and a mode with vectors")
      }
      return LateInteractionReranker(LateInteraction(embedder: local))
    case "cross-encoder":
      guard let model else {
        throw UsageError(
          "name the model: --reranker cross-encoder:NAME, or reranker.model in the configuration")
      }
      let directory = try ModelStore(root: settings.modelsFolder).directory(of: model)
      return CrossEncoderReranker(try CrossEncoder(directory: directory, threads: settings.threads))
    case "llm":
      guard let model = try languageModel() else {
        throw UsageError("the reranker llm needs a language model: set llm.provider in the configuration")
      }
      return ListwiseReranker(model: model.identity) { instruction, request in
        try await model.complete(
          [ModelMessage(role: .system, content: instruction), ModelMessage(role: .user, content: request)],
          maximumTokens: 400)
      }
    default:
      guard let api = RerankAPI(rawValue: kind) else {
        throw UsageError(
          "the reranker must be none, cross-encoder, late-interaction, cohere, jina, tei or llm, not '\(kind)'"
        )
      }
      guard let base = section?.baseURL else {
        throw UsageError("the reranker \(kind) needs reranker.base_url in the configuration file")
      }
      return RemoteReranker(
        api: api, baseURL: base, model: model,
        key: try settings.key(variable: section?.apiKeyVariable, file: section?.apiKeyFile),
        transport: CircuitBreakingTransport(RetryingTransport(try CurlTransport())))
    }
  }

  /// The language model that is configured, with its stand-in; `nil` where there is none.
  func languageModel() throws -> (any LanguageModel)? {
    guard let first = try languageModel(settings.file.llm, section: "llm") else { return nil }
    guard let second = try languageModel(settings.file.llmFallback, section: "llm_fallback") else {
      return first
    }
    return FallbackLanguageModel(first, else: second)
  }

  private func languageModel(
    _ part: ConfigurationFile.LanguageModel?, section: String
  ) throws -> (any LanguageModel)? {
    guard let part, let provider = part.provider, provider != "none" else { return nil }
    guard ["openai", "anthropic", "ollama"].contains(provider) else {
      throw UsageError("\(section).provider must be none, openai, anthropic or ollama, not '\(provider)'")
    }
    guard let base = part.baseURL, let model = part.model else {
      throw UsageError(
        "\(section).provider \(provider) needs \(section).base_url and \(section).model in the configuration file"
      )
    }
    var endpoint = ModelEndpoint(
      baseURL: base, model: model, temperature: part.temperature,
      key: try settings.key(variable: part.apiKeyVariable, file: part.apiKeyFile),
      contextTokens: part.contextTokens,
      transport: CircuitBreakingTransport(RetryingTransport(try CurlTransport())))
    endpoint.deadlines = TransportDeadlines(
      connect: .milliseconds(part.connectMilliseconds ?? 5_000),
      firstByte: .milliseconds(part.firstByteMilliseconds ?? 60_000),
      idle: .milliseconds(part.idleMilliseconds ?? 30_000),
      total: .milliseconds(part.totalMilliseconds ?? 120_000))
    return switch provider {
    case "anthropic": AnthropicModel(endpoint)
    case "ollama": OllamaModel(endpoint)
    default: OpenAIChatModel(endpoint)
    }
  }

  /// The prompts of the binary, and above them those of the folder that is configured.
  func prompts() throws -> PromptLibrary {
    guard let folder = settings.file.prompts else { return PromptLibrary() }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw UsageError("prompts: there is no folder '\(folder)'")
    }
    return PromptLibrary(folder: folder)
  }

  /// An embedder that remembers what a provider was asked before; a local one needs no memory.
  func cached(_ embedder: any Embedder, home: HomeFolder) -> any Embedder {
    guard embedder.identity.pooling == .provider else { return embedder }
    return CachingEmbedder(embedder, cache: CatalogEmbeddingCache(catalog: home.catalog))
  }

  /// How the collection was made; `nil` where the home or the collection is not there yet.
  func configuration(of name: String) throws -> CollectionConfiguration? {
    guard let record = (try? openHome().catalog.collection(named: name)) ?? nil else { return nil }
    return try CollectionConfiguration(json: record.configuration)
  }

  /// The collection that a flag or the settings name.
  func collectionName(_ flag: String?) -> String { flag ?? settings.collection }
}

/// Lets the catalog keep vectors that a provider was paid for.
struct CatalogEmbeddingCache: EmbeddingCache {
  let catalog: Catalog

  func vectors(for keys: [EmbeddingCacheKey]) throws -> [EmbeddingCacheKey: [Float]] {
    let found = try catalog.cachedVectors(keys.map(Self.bytes))
    return Dictionary(
      keys.compactMap { key in found[Self.bytes(key)].map { (key, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  func store(_ vectors: [(key: EmbeddingCacheKey, vector: [Float])]) throws {
    try catalog.cacheVectors(vectors.map { (key: Self.bytes($0.key), vector: $0.vector) })
  }

  private static func bytes(_ key: EmbeddingCacheKey) -> [UInt8] {
    Array(SHA256.hash(data: Array((key.weightsHash + " " + key.textHash).utf8)))
  }
}
