import Embeddings
import Kernels
import Synchronization
import Tracking
import Training

/// Models that a server has loaded. An alias is looked up at every request, so that a promotion or a rollback serves from its
/// commit on; a version that cannot be loaded never displaces one that serves.
package final class ModelShelf: Sendable {
  /// What answers a request.
  package struct Choice: Sendable {
    package var loaded: LoadedModel
    /// Why the version that is meant doesn't answer, where another does.
    package var fallback: String?
  }

  private struct Key: Hashable {
    var name: String
    var version: Int64
  }

  private struct State {
    var loaded: [Key: LoadedModel] = [:]
    /// In order of use, the latest last.
    var order: [Key] = []
    /// The last version that served under a reference.
    var serving: [ModelReference: Key] = [:]

    mutating func use(_ key: Key, for reference: ModelReference) -> LoadedModel? {
      guard let model = loaded[key] else { return nil }
      if order.last != key {
        order.removeAll { $0 == key }
        order.append(key)
      }
      serving[reference] = key
      return model
    }
  }

  private static let limit = 16

  private let loader: ModelLoader
  /// Under which what is loaded is noted; `nil` where nothing serves.
  private let server = Mutex<String?>(nil)
  private let state = Mutex(State())

  package init(_ tracking: TrackingStore, embeddings: ModelStore? = nil) {
    loader = ModelLoader(tracking, embeddings: embeddings)
  }

  /// Notes from now on what is loaded, so that a rollback can tell.
  package func begin(as name: String) {
    try? loader.tracking.forgetServer(name)
    server.withLock { $0 = name }
  }

  package func end() {
    if let name = server.withLock({ $0 }) { try? loader.tracking.forgetServer(name) }
  }

  /// - Throws: `TrackingError`, `TrainingError` where nothing can answer.
  /// - Complexity: O(1) and a look-up of the alias, once the version is loaded.
  package func model(_ reference: ModelReference) async throws -> Choice {
    if let serving = try loader.serving(reference),
      let known = known(Key(name: reference.name, version: serving.number), serving.digest, for: reference)
    {
      return Choice(loaded: known)
    }
    return try await Parallel.offPool { try self.load(reference) }
  }

  /// A version that is loaded; `nil` where another model has taken its name and number.
  private func known(_ key: Key, _ digest: [UInt8]?, for reference: ModelReference) -> LoadedModel? {
    state.withLock { state in
      guard state.loaded[key]?.version.digest == digest else { return nil }
      return state.use(key, for: reference)
    }
  }

  private func load(_ reference: ModelReference) throws -> Choice {
    let version = try loader.version(reference)
    let key = Key(name: version.model, version: version.version)
    if let known = known(key, version.digest, for: reference) { return Choice(loaded: known) }
    do {
      let loaded = try loader.loaded(version)
      if let name = server.withLock({ $0 }) {
        try? loader.tracking.noteLoaded(version.model, version.version, by: name)
      }
      state.withLock { state in
        state.loaded[key] = loaded
        _ = state.use(key, for: reference)
        if state.order.count > Self.limit {
          let oldest = state.order.removeFirst()
          state.loaded[oldest] = nil
        }
      }
      return Choice(loaded: loaded)
    } catch {
      let before = state.withLock { state in
        state.serving[reference].flatMap { $0 == key ? nil : state.loaded[$0] }
      }
      guard let before, (try? loader.tracking.version(before.version.model, before.version.version)) != nil
      else {
        throw error
      }
      return Choice(loaded: before, fallback: "version \(version.version) cannot be loaded: \(error)")
    }
  }

  /// 1 for a monitor that alarms, else 0, of the versions that are loaded.
  var gauges: [(family: String, labels: MetricRegistry.Labels, value: Double)] {
    let models = state.withLock { Array($0.loaded.values) }
    return models.flatMap { loaded in
      ModelMonitor.Kind.allCases.map { kind in
        let isAlarm = loaded.monitor.findings.contains { $0.kind == kind && $0.isAlarm }
        return (
          "rag_model_alarm",
          [
            "model": loaded.version.model, "version": String(loaded.version.version),
            "monitor": kind.rawValue,
          ], isAlarm ? 1 : 0
        )
      }
    }
  }

  /// Monitors of loaded versions that alarm.
  var alarms: [(model: String, version: Int64, finding: ModelMonitor.Finding)] {
    state.withLock { Array($0.loaded.values) }.flatMap { loaded in
      loaded.monitor.findings.filter(\.isAlarm).map { (loaded.version.model, loaded.version.version, $0) }
    }
  }
}
