import Documents
import Embeddings
import Foundation
import Generation
import IndexStore
import LexicalIndex
import Retrieval
import Transport

/// What holds for one command: flags before environment before `rag.yaml` before defaults.
struct Settings {
  var home: String
  var modelsFolder: String
  var collection: String
  var threads: Int
  var file: ConfigurationFile
  var environment: [String: String]

  init(global: GlobalOptions, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    self.environment = environment
    let path = global.config ?? environment["RAG_CONFIG"]
    if let path {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw UsageError("\(path): the configuration file cannot be read")
      }
      file = try ConfigurationFile(
        text: String(decoding: data, as: UTF8.self), path: path, environment: environment)
    } else if let data = FileManager.default.contents(atPath: "rag.yaml") {
      file = try ConfigurationFile(
        text: String(decoding: data, as: UTF8.self), path: "rag.yaml", environment: environment)
    } else {
      file = try ConfigurationFile(text: "", path: "", environment: environment)
    }
    home = global.home ?? environment["RAG_HOME"] ?? file.home ?? "./indexes"
    modelsFolder = environment["RAG_MODELS"] ?? file.models ?? Self.defaultModelsFolder(environment)
    collection = environment["RAG_COLLECTION"] ?? file.collection ?? "main"
    if let text = environment["RAG_THREADS"] {
      guard let number = Int(text), number > 0 else {
        throw UsageError("RAG_THREADS must be a number of at least 1, not '\(text)'")
      }
      threads = number
    } else {
      threads = file.threads ?? ProcessInfo.processInfo.activeProcessorCount
    }
    guard threads > 0 else { throw UsageError("threads must be at least 1") }
  }

  static func defaultModelsFolder(_ environment: [String: String]) -> String {
    if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty { return cache + "/rag/models" }
    return (environment["HOME"] ?? ".") + "/.cache/rag/models"
  }

  /// How exactly the model of new collections computes.
  func embeddingProfile() throws -> EmbeddingProfile {
    guard let name = environment["RAG_EMBEDDING_PROFILE"] ?? file.embedding?.profile else { return .standard }
    guard let profile = EmbeddingProfile(rawValue: name) else {
      throw UsageError("embedding.profile must be exact, faithful or fast, not '\(name)'")
    }
    return profile
  }

  /// How new collections are cut.
  func chunking() throws -> ChunkingOptions {
    var options = ChunkingOptions()
    if let name = file.chunking?.strategy {
      guard let strategy = ChunkingOptions.Strategy(rawValue: name) else {
        throw UsageError("chunking.strategy must be structure, window or whole, not '\(name)'")
      }
      options.strategy = strategy
    }
    options.targetTokens = file.chunking?.targetTokens ?? options.targetTokens
    options.overlapTokens = file.chunking?.overlapTokens ?? options.overlapTokens
    return options
  }

  /// How the text of new collections becomes terms.
  ///
  /// - Parameters:
  ///   - flag: language code or `auto`; above the configuration.
  ///   - paths: files and folders that a language is detected in, where it is `auto`.
  func analyzer(
    language flag: String? = nil, positions: Bool? = nil, detecting paths: () -> [String]
  ) throws -> AnalyzerConfiguration {
    var configuration = AnalyzerConfiguration()
    let language = flag ?? file.analysis?.language ?? "auto"
    if language == "auto" {
      configuration.language =
        LanguageSample(paths: paths(), limits: try readingLimits()).language ?? configuration.language
    } else {
      configuration.language = language
    }
    if positions ?? file.analysis?.positions ?? false { configuration.storesPositions = true }
    do {
      _ = try Analyzer(configuration: configuration)
    } catch {
      throw UsageError(error.message)
    }
    return configuration
  }

  /// Fusion by name: `zscore`, `minmax` (both with the lexical weight) or `rrf`.
  func fusion(named flag: String?) throws -> FusionMethod {
    let name = flag ?? file.retrieval?.fusion ?? "zscore"
    let weight = file.retrieval?.lexicalWeight ?? 0.4
    guard (0...1).contains(weight) else { throw UsageError("retrieval.lexical_weight must be from 0 to 1") }
    guard let method = FusionMethod(name: name, lexicalWeight: weight) else {
      throw UsageError("the fusion must be zscore, minmax or rrf, not '\(name)'")
    }
    return method
  }

  /// What a query does unless flags say otherwise.
  func query(_ text: String) throws -> RetrievalQuery {
    let section = file.retrieval
    var query = RetrievalQuery(text)
    if let name = section?.mode {
      guard let mode = RetrievalMode(rawValue: name) else {
        throw UsageError("retrieval.mode must be lexical, dense or hybrid, not '\(name)'")
      }
      query.mode = mode
    }
    query.topK = section?.topK ?? query.topK
    query.depth = section?.depth ?? query.depth
    query.fusion = try fusion(named: nil)
    query.toleratesTypos = section?.typos ?? query.toleratesTypos
    if let lambda = section?.diversity {
      guard (0...1).contains(lambda) else { throw UsageError("retrieval.diversity must be from 0 to 1") }
      query.adjustments.diversity = lambda
    }
    query.adjustments.removesNearDuplicates = section?.removeNearDuplicates ?? false
    if let recency = section?.recency {
      guard recency.halfLifeDays > 0 else {
        throw UsageError("retrieval.recency.half_life_days must be above 0")
      }
      query.adjustments.recency = RecencyBoost(
        field: recency.field, halfLifeDays: recency.halfLifeDays, weight: recency.weight,
        now: Date().timeIntervalSince1970)
    }
    if let authority = section?.authority {
      query.adjustments.authority = AuthorityBoost(field: authority.field, weight: authority.weight)
    }
    query.rerank = try rerankOptions()
    return query
  }

  private func rerankOptions() throws -> RerankOptions {
    var options = RerankOptions()
    guard let section = file.reranker else { return options }
    options.depth = section.depth ?? options.depth
    options.kept = section.kept ?? options.kept
    options.weight = section.weight ?? options.weight
    if let budget = section.budgetMilliseconds {
      guard budget > 0 else { throw UsageError("reranker.budget_ms must be above 0") }
      options.budget = .milliseconds(budget)
    }
    guard options.depth > 0, options.kept ?? 1 > 0, (0...1).contains(options.weight) else {
      throw UsageError("reranker.depth and reranker.kept must be at least 1, reranker.weight from 0 to 1")
    }
    return options
  }

  /// What the answerer reads around a passage that was found.
  func contextBuilder() throws -> ContextBuilder {
    var builder = ContextBuilder()
    switch file.retrieval?.context {
    case nil, "neighbours": break
    case "none": builder.expansion = .none
    case "section": builder.expansion = .section
    case let name?:
      throw UsageError("retrieval.context must be none, neighbours or section, not '\(name)'")
    }
    return builder
  }

  /// The key that a section's `api_key_env` or `api_key_file` names; `nil` where it names none.
  func key(variable: String?, file: String?) throws -> APIKey? {
    if let variable { return try APIKey(from: .environment(variable), environment: environment) }
    if let file { return try APIKey(from: .file(file), environment: environment) }
    return nil
  }

  func answererParameters() -> ExtractiveAnswerer.Parameters {
    var parameters = ExtractiveAnswerer.Parameters()
    parameters.threshold = file.answers?.threshold ?? parameters.threshold
    parameters.sentences = file.answers?.sentences ?? parameters.sentences
    return parameters
  }
}
