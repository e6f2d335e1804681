import Foundation
import Kernels
import Retrieval
import Synchronization
import Tracking
import Training

/// Kinds of models that were learned for a collection's questions, by the name that their versions are registered under.
package enum LearnedKind: String, CaseIterable, Sendable {
  case reranker
  case adapter = "query-adapter"

  package func name(of collection: String) -> String { "\(rawValue).\(collection)" }
}

/// The models that serve a collection's questions: the champions of its reranker and query adapter. Aliases are looked up at
/// each question, so that a promotion or a rollback serves without a restart.
package final class LearnedModels: Sendable {
  private struct State {
    var ranking: (version: Int64, digest: [UInt8]?, model: LearnedRanking)?
    var adapter: (version: Int64, digest: [UInt8]?, model: QueryAdapter)?
    /// Versions that could not be loaded: they are not tried at each question again.
    var failed: Set<String> = []
  }

  private let loader: ModelLoader
  private let collection: String
  private let state = Mutex(State())

  package init(_ tracking: TrackingStore, collection: String) {
    loader = ModelLoader(tracking)
    self.collection = collection
  }

  /// What serves now; a champion that cannot be loaded is as none: the plain order answers.
  package var current: RetrievalModels {
    RetrievalModels(ranking: ranking, adapter: adapter)
  }

  private func champion(_ kind: LearnedKind) -> ModelVersion? {
    try? loader.version(ModelReference(name: kind.name(of: collection), choice: .alias(ModelLoader.championAlias)))
  }

  private var ranking: LearnedRanking? {
    guard let version = champion(.reranker) else { return nil }
    if let known = state.withLock({ $0.ranking }), known.version == version.version, known.digest == version.digest {
      return known.model
    }
    guard let model = load(version, { try Self.ranking($0, version) }) else { return nil }
    state.withLock { $0.ranking = (version.version, version.digest, model) }
    return model
  }

  private var adapter: QueryAdapter? {
    guard let version = champion(.adapter) else { return nil }
    if let known = state.withLock({ $0.adapter }), known.version == version.version, known.digest == version.digest {
      return known.model
    }
    guard let model = load(version, { try Self.adapter($0, version) }) else { return nil }
    state.withLock { $0.adapter = (version.version, version.digest, model) }
    return model
  }

  private func load<Model>(_ version: ModelVersion, _ read: (ModelArtifact) throws -> Model) -> Model? {
    let key = "\(version.model)/\(version.version)"
    guard !state.withLock({ $0.failed.contains(key) }) else { return nil }
    do {
      return try read(loader.files(version))
    } catch {
      state.withLock { _ = $0.failed.insert(key) }
      return nil
    }
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
  package static func adapter(_ artifact: ModelArtifact, _ version: ModelVersion) throws -> QueryAdapter {
    guard let record = artifact.files["adapter.json"], let bytes = artifact.files["adapter.f32"],
      let settings = try? JSONDecoder().decode(AdapterRecord.self, from: Data(record)),
      bytes.count == settings.dimension * settings.dimension * 4
    else { throw TrainingError(.damaged, "the files hold no map of question vectors") }
    let values = bytes.withUnsafeBytes { raw in
      (0..<bytes.count / 4).map { Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))) }
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
