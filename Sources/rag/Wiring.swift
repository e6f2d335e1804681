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
    var source: APIKey.Source?
    if let variable = section?.apiKeyVariable {
      source = .environment(variable)
    } else if let path = section?.apiKeyFile {
      source = .file(path)
    }
    let key = try source.map { try APIKey(from: $0, environment: settings.environment) }
    let options = OpenAIEmbedderOptions(baseURL: base, model: model, dimensions: section?.dimensions)
    let transport = CircuitBreakingTransport(RetryingTransport(try CurlTransport()))
    if let dimension {
      return try OpenAIEmbedder(options, dimension: dimension, key: key, transport: transport)
    }
    return try await OpenAIEmbedder.connect(options, key: key, transport: transport)
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
