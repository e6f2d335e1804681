import Crypto
import Embeddings
import Foundation
import IndexStore
import Tracking
import Training

/// Which model is meant: `churn`, `churn@champion`, `churn/3`, or MLflow's `models:/` before one of them.
package struct ModelReference: Hashable, Sendable, CustomStringConvertible {
  package enum Choice: Hashable, Sendable {
    case alias(String)
    case version(Int64)
    /// The alias `champion`, else the newest version.
    case serving
  }

  package var name: String
  package var choice: Choice

  package init(name: String, choice: Choice) {
    self.name = name
    self.choice = choice
  }

  /// - Throws: `TrackingError.invalid` for what names no model.
  package init(_ text: String) throws(TrackingError) {
    let text = text.hasPrefix("models:/") ? String(text.dropFirst(8)) : text
    if let at = text.lastIndex(of: "@") {
      self.init(name: String(text[..<at]), choice: .alias(String(text[text.index(after: at)...])))
    } else if let slash = text.lastIndex(of: "/"), let number = Int64(text[text.index(after: slash)...]) {
      self.init(name: String(text[..<slash]), choice: .version(number))
    } else {
      self.init(name: text, choice: .serving)
    }
    guard !name.isEmpty, !name.contains("/") else {
      throw TrackingError(.invalid, "'\(text)' names no model: NAME, NAME@alias and NAME/version do")
    }
  }

  package var description: String {
    switch choice {
    case .alias(let alias): "\(name)@\(alias)"
    case .version(let number): "\(name)/\(number)"
    case .serving: name
    }
  }
}

/// Finds registered models that this server can run, and reads them.
package struct ModelLoader: Sendable {
  package static let championAlias = "champion"

  package let tracking: TrackingStore
  /// Has the embedding models that columns of text are read by.
  private let embeddings: ModelStore?

  package init(_ tracking: TrackingStore, embeddings: ModelStore? = nil) {
    self.tracking = tracking
    self.embeddings = embeddings
  }

  /// - Throws: `TrackingError.missing`, `.invalid` for an alias that points nowhere.
  package func version(_ reference: ModelReference) throws(TrackingError) -> ModelVersion {
    switch reference.choice {
    case .alias(let alias): return try tracking.version(reference.name, alias: alias)
    case .version(let number): return try tracking.version(reference.name, number)
    case .serving:
      guard let serving = try tracking.servingVersion(of: reference.name, alias: Self.championAlias) else {
        _ = try tracking.model(reference.name)
        throw TrackingError(.missing, "'\(reference.name)' has no version")
      }
      return try tracking.version(reference.name, serving.number)
    }
  }

  /// The version that is meant, by one look-up: its number, and its files' digest; `nil` for what `version` has to tell.
  func serving(_ reference: ModelReference) throws(TrackingError) -> (number: Int64, digest: [UInt8]?)? {
    switch reference.choice {
    case .alias(let alias): try tracking.versions(of: [reference.name], alias: alias)[reference.name]
    case .version: nil
    case .serving: try tracking.servingVersion(of: reference.name, alias: Self.championAlias)
    }
  }

  /// The files of a version, each compared with what was stored.
  ///
  /// - Throws: `TrackingError.damaged`; `.invalid` where they are not in this store.
  /// - Complexity: O(bytes).
  package func artifact(_ version: ModelVersion) throws -> ModelArtifact {
    let artifact = try files(version)
    guard artifact.files["model.json"] != nil else {
      throw TrackingError(
        .invalid,
        "'\(version.model)' version \(version.version) was not trained by 'rag train': its files can be fetched and scored by "
          + "MLflow's clients, not here")
    }
    return artifact
  }

  /// - Throws: `TrainingError`.
  package func model(_ artifact: ModelArtifact) throws(TrainingError) -> TrainedModel {
    try artifact.model(embeddings)
  }

  /// Checks that a version can serve: its files are whole, and it answers as it did when it was made.
  ///
  /// - Throws: as `artifact`; `TrainingError.damaged`.
  package func verify(_ version: ModelVersion) throws {
    let artifact = try files(version)
    if artifact.files["ranking.json"] != nil {
      _ = try LearnedModels.ranking(artifact, version)
    } else if artifact.files["adapter.json"] != nil {
      _ = try LearnedModels.adapter(artifact, version)
    } else if artifact.files["fusion.json"] != nil {
      _ = try LearnedModels.fusion(artifact, version)
    } else if artifact.files["abstention.json"] != nil {
      _ = try LearnedModels.threshold(artifact, version)
    } else if artifact.files["model.json"] != nil {
      _ = try artifact.model(embeddings)
    }
  }

  /// The files of a version, whatever they are, each compared with what was stored.
  package func files(_ version: ModelVersion) throws -> ModelArtifact {
    guard let place = TrackingStore.storePath(version.location) else {
      throw TrackingError(
        .invalid,
        "the files of '\(version.model)' version \(version.version) are elsewhere: \(version.location)")
    }
    guard try version.digest == nil || tracking.artifacts.digest(place) == version.digest else {
      throw TrackingError(
        .damaged, "files of '\(version.model)' version \(version.version) were changed, added or removed")
    }
    var files: [String: [UInt8]] = [:]
    for entry in try tracking.artifacts.files(under: place) {
      let file = ArtifactStore.File(bytes: entry.bytes, digest: entry.digest)
      do {
        files[entry.path] = Array(try tracking.artifacts.contents(file))
      } catch {
        throw TrackingError(error.code, "\(entry.path): \(error.message)", underlying: error)
      }
    }
    return ModelArtifact(files: files)
  }

  /// A version that is ready to answer: its files are whole, and its golden sample gives what it gave.
  package func loaded(_ version: ModelVersion) throws -> LoadedModel {
    let artifact = try artifact(version)
    let model = try artifact.model(embeddings)
    return LoadedModel(
      version: version, digest: artifact.digest, model: model,
      monitor: ModelMonitor(model, baseline: try artifact.baseline()))
  }
}

/// A registered model in memory.
package struct LoadedModel: Sendable {
  package var version: ModelVersion
  /// SHA-256 of the model's files, 64 hexadecimal digits.
  package var digest: String
  package var model: TrainedModel
  package var monitor: ModelMonitor
}
