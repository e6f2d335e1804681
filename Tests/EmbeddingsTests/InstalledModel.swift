import Embeddings
import Foundation
import Testing

/// The model that `make test` installs before the tests run.
enum InstalledModel {
  static let name = "all-MiniLM-L6-v2"

  static let directory: String = {
    let environment = ProcessInfo.processInfo.environment
    if let models = environment["RAG_MODELS"], !models.isEmpty { return models + "/" + name }
    if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty { return cache + "/rag/models/" + name }
    return NSHomeDirectory() + "/.cache/rag/models/" + name
  }()

  /// Fails the test, rather than skipping it, where the model isn't there.
  static func require() throws -> String {
    try #require(
      FileManager.default.fileExists(atPath: directory + "/model.safetensors"),
      "no model in \(directory): run `make test`, which installs it, or set RAG_MODELS")
    return directory
  }
}

/// Files of `Fixtures`.
enum Fixture {
  static func data(_ name: String) throws -> Data {
    let folder = try #require(Bundle.module.resourceURL)
    return try Data(contentsOf: folder.appendingPathComponent("Fixtures").appendingPathComponent(name))
  }
}
