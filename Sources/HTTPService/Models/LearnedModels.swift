import Foundation
import Kernels
import Retrieval
import Synchronization
import Tracking
import Training

/// Kinds of models that were learned for a collection's questions, by the name that their versions are registered under.
package enum LearnedKind: String, CaseIterable, Sendable {
  case reranker, fusion, abstention
  case adapter = "query-adapter"

  package func name(of collection: String) -> String { "\(rawValue).\(collection)" }
}

/// The models that serve a collection's questions: the champion of each kind. Aliases are looked up at
/// each question, so that a promotion or a rollback serves without a restart.
package final class LearnedModels: Sendable {
  private struct Slot<Model: Sendable>: Sendable {
    var version: Int64
    var digest: [UInt8]?
    /// `nil` for a version that could not be loaded: it is not tried at each question again.
    var model: Model?
  }

  private struct State: Sendable {
    var ranking: Slot<LearnedRanking>?
    var adapter: Slot<QueryAdapter>?
    var fusion: Slot<LearnedFusion>?
    var threshold: Slot<Double>?
  }

  private let loader: ModelLoader
  private let collection: String
  private let state = Mutex(State())

  package init(_ tracking: TrackingStore, collection: String) {
    loader = ModelLoader(tracking)
    self.collection = collection
  }

  /// What serves now; a champion that cannot be loaded is as none: what is configured answers.
  package var current: RetrievalModels {
    let names = LearnedKind.allCases.map { $0.name(of: collection) }
    guard let champions = try? loader.tracking.versions(of: names, alias: ModelLoader.championAlias),
      !champions.isEmpty
    else { return RetrievalModels() }
    func model<Model>(
      _ kind: LearnedKind, _ slot: WritableKeyPath<State, Slot<Model>?>,
      _ read: (ModelArtifact, ModelVersion) throws -> Model
    ) -> Model? {
      let name = kind.name(of: collection)
      guard let champion = champions[name] else { return nil }
      if let known = state.withLock({ $0[keyPath: slot] }), known.version == champion.number,
        known.digest == champion.digest
      {
        return known.model
      }
      let loaded = try? { () throws -> Model in
        let version = try loader.tracking.version(name, champion.number)
        return try read(try loader.files(version), version)
      }()
      let filled = Slot(version: champion.number, digest: champion.digest, model: loaded)
      state.withLock { $0[keyPath: slot] = filled }
      return loaded
    }
    return RetrievalModels(
      ranking: model(.reranker, \.ranking, Self.ranking), adapter: model(.adapter, \.adapter, Self.adapter),
      fusion: model(.fusion, \.fusion, Self.fusion),
      threshold: model(.abstention, \.threshold, Self.threshold))
  }

  // MARK: Files

  /// - Throws: `TrainingError.damaged` for files that hold no such model.
  package static func ranking(_ artifact: ModelArtifact, _ version: ModelVersion) throws -> LearnedRanking {
    guard let source = artifact.files["trees-0.json"], let record = artifact.files["ranking.json"],
      let settings = try? JSONDecoder().decode(RankingRecord.self, from: Data(record)),
      settings.features == CandidateFeatures.names,
      let model = LearnedRanking(
        identity: "\(version.model)/\(version.version)", trees: try TreeEnsemble(xgboost: [source]),
        scale: settings.scale, depth: settings.depth)
    else { throw TrainingError(.damaged, "the files hold no order that this version can apply") }
    return model
  }

  /// - Throws: `TrainingError.damaged` for files that hold no such model.
  package static func fusion(_ artifact: ModelArtifact, _ version: ModelVersion) throws -> LearnedFusion {
    guard let record = artifact.files["fusion.json"],
      let settings = try? JSONDecoder().decode(FusionRecord.self, from: Data(record)), settings.depth > 0,
      let method = settings.method
    else { throw TrainingError(.damaged, "the files hold no way to join the legs") }
    return LearnedFusion(
      identity: "\(version.model)/\(version.version)", method: method, depth: settings.depth)
  }

  /// - Throws: `TrainingError.damaged` for files that hold no such model.
  package static func threshold(_ artifact: ModelArtifact, _ version: ModelVersion) throws -> Double {
    guard let record = artifact.files["abstention.json"],
      let settings = try? JSONDecoder().decode(AbstentionRecord.self, from: Data(record)),
      settings.threshold.isFinite
    else { throw TrainingError(.damaged, "the files hold no threshold") }
    return settings.threshold
  }

  /// - Throws: `TrainingError.damaged` for files that hold no such model.
  package static func adapter(_ artifact: ModelArtifact, _ version: ModelVersion) throws -> QueryAdapter {
    guard let record = artifact.files["adapter.json"], let bytes = artifact.files["adapter.f32"],
      let settings = try? JSONDecoder().decode(AdapterRecord.self, from: Data(record)),
      bytes.count == settings.dimension * settings.dimension * 4
    else { throw TrainingError(.damaged, "the files hold no map of question vectors") }
    let values = bytes.withUnsafeBytes { raw in
      (0..<bytes.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
      }
    }
    guard values.allSatisfy(\.isFinite),
      let model = QueryAdapter(
        identity: "\(version.model)/\(version.version)",
        matrix: Matrix(rows: settings.dimension, columns: settings.dimension, values: values))
    else { throw TrainingError(.damaged, "the map of question vectors holds what is no number") }
    return model
  }
}

/// `ranking.json`.
package struct RankingRecord: Codable, Sendable {
  package var features: [String]
  package var depth: Int
  package var scale: Double
  package var rounds: Int

  package init(features: [String], depth: Int, scale: Double, rounds: Int) {
    self.features = features
    self.depth = depth
    self.scale = scale
    self.rounds = rounds
  }
}

/// `adapter.json`; the map itself is `adapter.f32`, float32, row-major, little-endian.
package struct AdapterRecord: Codable, Sendable {
  package var dimension: Int
  package var temperature: Double
  package var ridge: Double

  package init(dimension: Int, temperature: Double, ridge: Double) {
    self.dimension = dimension
    self.temperature = temperature
    self.ridge = ridge
  }
}

/// `fusion.json`.
package struct FusionRecord: Codable, Sendable {
  /// `zscore`, `minmax` or `rrf`.
  package var name: String
  package var lexicalWeight: Double
  package var depth: Int

  package init(name: String, lexicalWeight: Double, depth: Int) {
    self.name = name
    self.lexicalWeight = lexicalWeight
    self.depth = depth
  }

  var method: FusionMethod? { FusionMethod(name: name, lexicalWeight: lexicalWeight) }
}

/// `abstention.json`.
package struct AbstentionRecord: Codable, Sendable {
  /// Confidence below which no answer is given.
  package var threshold: Double

  package init(threshold: Double) {
    self.threshold = threshold
  }
}
