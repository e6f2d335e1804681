import Foundation
import ServiceLifecycle
import Synchronization

/// Checks windows of collections that have a baseline soon after they close, while the server runs.
package final class DriftWatch: Service, Sendable {
  private let monitor: DriftMonitor
  private let notifier: DriftNotifier
  private let log: AccessLog
  private let interval: Duration
  private let newest = Mutex<[String: DriftWindow]>([:])

  /// - Parameter interval: between two looks; `nil` leaves it off.
  package init(monitor: DriftMonitor, notifier: DriftNotifier, log: AccessLog, interval: Duration?) {
    self.monitor = monitor
    self.notifier = notifier
    self.log = log
    self.interval = interval ?? .zero
  }

  package func run() async throws {
    guard interval > .zero else {
      try? await gracefulShutdown()
      return
    }
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.look(now: Date().timeIntervalSince1970)
        try await Task.sleep(for: self.interval)
      }
    }
  }

  /// Checks what is due in all collections. What goes wrong in one is logged and leaves the others alone.
  package func look(now: Double) async {
    let names = ((try? monitor.home.catalog.collections()) ?? []).map(\.name)
    for name in names where (try? monitor.hasBaseline(name)) == true {
      do {
        for window in try monitor.dueWindows(of: name, now: now) {
          try Task.checkCancellation()
          _ = try await check(name, window: window, now: now)
        }
      } catch is CancellationError {
        return
      } catch {
        log.log(
          .error, "drift could not be checked",
          [("collection", .string(name)), ("reason", .string("\(error)"))])
      }
    }
  }

  /// Checks one window, and tells whom an alarm is for.
  package func check(_ name: String, window: Range<Double>, now: Double) async throws -> DriftWindow {
    let before = try monitor.history(of: name, limit: 1000).last { $0.endsAt <= window.lowerBound }
    let result = try await monitor.check(name, window: window, now: now)
    newest.withLock { $0[name] = result }
    for alarm in result.alarms {
      log.log(
        .warning, "drift",
        [
          ("collection", .string(name)), ("signal", .string(alarm.signal.rawValue)),
          ("summary", .string(alarm.summary)),
        ])
    }
    for problem in await notifier.tell(result, before: before) {
      log.log(.error, "an alarm could not be told", [("reason", .string(problem))])
    }
    return result
  }

  /// Gauges of the newest window of each collection.
  var gauges: [(family: String, labels: MetricRegistry.Labels, value: Double)] {
    let names = ((try? monitor.home.catalog.collections()) ?? []).map(\.name)
    return names.flatMap { name -> [(family: String, labels: MetricRegistry.Labels, value: Double)] in
      let known = newest.withLock { $0[name] }
      guard let window = known ?? (try? monitor.history(of: name, limit: 1))?.last else { return [] }
      newest.withLock { $0[name] = window }
      var values: [(family: String, labels: MetricRegistry.Labels, value: Double)] = [
        ("rag_drift_window_end_timestamp_seconds", ["collection": name], window.endsAt)
      ]
      for signal in window.signals {
        let labels: MetricRegistry.Labels = [
          "collection": name, "signal": signal.signal.rawValue, "method": signal.method,
        ]
        if let statistic = signal.statistic { values.append(("rag_drift_statistic", labels, statistic)) }
        values.append(
          (
            "rag_drift_alarm", ["collection": name, "signal": signal.signal.rawValue],
            signal.isAlarm ? 1 : 0
          ))
      }
      return values
    }
  }
}
