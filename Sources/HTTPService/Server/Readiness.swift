import Synchronization

/// Whether a server should get requests.
final class Readiness: Sendable {
  private struct State {
    var isDraining = false
    var checkedAt: ContinuousClock.Instant?
    var problems: [(String, String)] = []
  }

  private let state = Mutex(State())

  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// From now on no new work is asked for.
  func drain() { state.withLock { $0.isDraining = true } }

  /// The last check, where it is no older than a second: probes of many must cost no more than those of one.
  var recent: [(String, String)]? {
    state.withLock { state in
      guard let at = state.checkedAt, at.duration(to: .now) < .seconds(1) else { return nil }
      return state.problems
    }
  }

  func keep(_ checks: [(String, String)]) {
    state.withLock {
      $0.checkedAt = .now
      $0.problems = checks
    }
  }
}
