import Catalog
import Crypto
import Embeddings
import Foundation
import Generation
import IndexStore
import LexicalIndex
import Retrieval
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

  /// The embedding model that is configured, or named by a flag.
  ///
  /// - Parameter collection: a collection that it is for; the dimension recorded there saves asking a provider.
  /// - Throws: `EmbeddingError.modelMissing`, saying how to get it.
  func embedder(
    named flag: String? = nil, threads: Int? = nil, for collection: CollectionConfiguration? = nil
  ) async throws -> any Embedder {
    let threads = threads ?? settings.threads
    let section = settings.file.embedding
    switch section?.provider ?? "local" {
    case "local":
      let name = flag ?? settings.environment["RAG_MODEL"] ?? section?.model ?? PinnedModel.allMiniLML6v2.name
      let store = ModelStore(root: settings.modelsFolder)
      return try LocalEmbedder(directory: try store.directory(of: name), threads: threads)
    case "openai":
      let known = collection.flatMap { $0.embedding.pooling == .provider ? $0.embedding.dimension : nil }
      return try await providerEmbedder(section, model: flag, dimension: known)
    case let other:
      throw UsageError("embedding.provider must be local or openai, not '\(other)'")
    }
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

  /// The language model that is configured; `nil` where there is none.
  func languageModel() throws -> (any LanguageModel)? {
    guard let section = settings.file.llm, let provider = section.provider, provider != "none" else {
      return nil
    }
    guard provider == "openai" else {
      throw UsageError("llm.provider must be none or openai, not '\(provider)'")
    }
    guard let base = section.baseURL, let model = section.model else {
      throw UsageError("llm.provider openai needs llm.base_url and llm.model in the configuration file")
    }
    return OpenAIChatModel(
      OpenAIChatModel.Options(baseURL: base, model: model, temperature: section.temperature),
      key: try settings.key(variable: section.apiKeyVariable, file: section.apiKeyFile),
      transport: CircuitBreakingTransport(RetryingTransport(try CurlTransport())))
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
