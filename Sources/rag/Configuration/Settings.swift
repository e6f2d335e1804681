import Documents
import Embeddings
import Foundation
import Generation
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

  /// Fusion by name: `zscore`, `minmax` (both with the lexical weight) or `rrf`.
  func fusion(named flag: String?) throws -> FusionMethod {
    let name = flag ?? file.retrieval?.fusion ?? "zscore"
    let weight = file.retrieval?.lexicalWeight ?? 0.4
    guard (0...1).contains(weight) else { throw UsageError("retrieval.lexical_weight must be from 0 to 1") }
    switch name {
    case "zscore": return .convex(lexicalWeight: weight)
    case "minmax": return .minMax(lexicalWeight: weight)
    case "rrf": return .reciprocalRank(k: 60)
    default: throw UsageError("the fusion must be zscore, minmax or rrf, not '\(name)'")
    }
  }

  func answererParameters() -> ExtractiveAnswerer.Parameters {
    var parameters = ExtractiveAnswerer.Parameters()
    parameters.threshold = file.answers?.threshold ?? parameters.threshold
    parameters.sentences = file.answers?.sentences ?? parameters.sentences
    return parameters
  }
}
