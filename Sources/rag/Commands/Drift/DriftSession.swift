import Drift
import Foundation
import HTTPService
import IndexStore

/// The monitor of a home, for one command.
struct DriftSession {
  let home: HomeFolder
  let monitor: DriftMonitor
  let watch: DriftWatch

  init(_ wiring: Wiring) throws {
    home = try wiring.openHome()
    let metrics = ServiceMetrics(version: RagCommand.configuration.version)
    let opener = try wiring.serviceWiring(home, metrics: metrics).open
    monitor = DriftMonitor(home: home, settings: try wiring.settings.driftMonitor(), open: opener)
    watch = DriftWatch(
      monitor: monitor,
      notifier: DriftNotifier(
        EventSender(try wiring.settings.driftAlarms(), transport: try wiring.webhookTransport())),
      log: AccessLog(level: .error) { Terminal.write($0, to: FileHandle.standardError.fileDescriptor) },
      interval: nil)
  }

  /// Checks one window, or those that have closed since the last check.
  func check(
    _ name: String, since: TimeArgument?, until: TimeArgument?
  ) async throws -> [DriftWindow] {
    let now = Date().timeIntervalSince1970
    guard since != nil || until != nil else {
      var found: [DriftWindow] = []
      for window in try monitor.dueWindows(of: name, now: now) {
        found.append(try await watch.check(name, window: window, now: now))
      }
      return found
    }
    let start = try since?.seconds ?? monitor.baselineEnd(of: name)
    let end = until?.seconds ?? now
    guard start < end else { throw UsageError("--since must lie before --until") }
    return [try await watch.check(name, window: start..<end, now: now)]
  }
}

extension DriftWindow {
  /// Drift without an alarm is a warning: one window of several.
  var outcome: Verdict {
    if !alarms.isEmpty { return .drift }
    switch verdict {
    case .drift, .warning: return .warning
    case .none: return .none
    case .insufficient: return .insufficient
    }
  }

  func print() {
    Terminal.out(
      "\(TimeArgument.shown(startsAt)) to \(TimeArgument.shown(endsAt)): "
        + (alarms.isEmpty ? "no alarm" : "ALARM"))
    for signal in signals {
      Terminal.out(
        "  " + signal.signal.rawValue.padded(to: 11)
          + (signal.verdict.rawValue + (signal.isAlarm ? "!" : "")).padded(to: 14) + signal.summary)
    }
  }
}
