import Catalog
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
  /// - Throws: `EmbeddingError.modelMissing`, saying how to get it.
  func embedder(named flag: String? = nil, threads: Int? = nil) throws -> any Embedder {
    let threads = threads ?? settings.threads
    let section = settings.file.embedding
    switch section?.provider ?? "local" {
    case "local":
      let name = flag ?? settings.environment["RAG_MODEL"] ?? section?.model ?? PinnedModel.allMiniLML6v2.name
      let store = ModelStore(root: settings.modelsFolder)
      return try LocalEmbedder(directory: try store.directory(of: name), threads: threads)
    case "openai":
      return try providerEmbedder(section, model: flag)
    case let other:
      throw UsageError("embedding.provider must be local or openai, not '\(other)'")
    }
  }

  private func providerEmbedder(
    _ section: ConfigurationFile.Embedding?, model flag: String?
  ) throws -> any Embedder {
    guard let base = section?.baseURL, let model = flag ?? section?.model, let dimensions = section?.dimensions
    else {
      throw UsageError("embedding.provider openai needs base_url, model and dimensions in the configuration file")
    }
    var key: String?
    if let variable = section?.apiKeyVariable {
      guard let value = settings.environment[variable] else {
        throw UsageError("the environment variable \(variable) (embedding.api_key_env) is not set")
      }
      key = value
    } else if let path = section?.apiKeyFile {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw UsageError("\(path): the key file (embedding.api_key_file) cannot be read")
      }
      key = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    throw UsageError(base + model + String(dimensions) + (key ?? ""))
  }

  /// The collection that a flag or the settings name.
  func collectionName(_ flag: String?) -> String { flag ?? settings.collection }
}

