import Foundation
import ServiceLifecycle
import Synchronization
import Tracking

/// Tells of what happens to registered models while the server runs: each entry of their history, whoever made it, and monitors
/// that begin to alarm.
///
/// History is the queue: an entry is told at least once, in order, also after a restart; what was tried is in
/// `webhook_deliveries`. An entry that nobody takes after `attemptLimit` tries is passed over, so that it holds up no other.
package final class RegistryWatch: Service, Sendable {
  static let attemptLimit = 8

  private let tracking: TrackingStore
  private let shelf: ModelShelf
  private let sender: EventSender
  private let log: AccessLog
  private let alarming = Mutex<Set<String>>([])

  package init(_ tracking: TrackingStore, shelf: ModelShelf, sender: EventSender, log: AccessLog) {
    self.tracking = tracking
    self.shelf = shelf
    self.sender = sender
    self.log = log
  }

  package func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.look(now: Date().timeIntervalSince1970)
        try await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// One look at history and monitors.
  package func look(now: Double) async {
    do {
      if sender.hasWebhook { try await deliver(now: now) }
      await tellAlarms()
    } catch {
      log.log(.error, "changes of models could not be told", [("reason", .string("\(error)"))])
    }
  }

  private func deliver(now: Double) async throws {
    for _ in 0..<100 {
      guard let due = try tracking.nextDelivery(now: now, attemptLimit: Self.attemptLimit) else { return }
      let body = Array(due.event.json.description.utf8)
      let delivery = await sender.post("model", id: "model-\(due.event.id)", body: body)
      try tracking.noteDelivery(
        of: due.event.id, attempt: due.attempt, at: now, status: delivery.status, problem: delivery.problem)
      guard let problem = delivery.problem else { continue }
      log.log(
        .error, "a change of a model could not be told",
        [
          ("event", .integer(Int(due.event.id))), ("attempt", .integer(due.attempt)),
          ("reason", .string(problem)),
        ])
      return
    }
  }

  /// Alarms that began since the last look: told once, and handed to the command, which may train a candidate. It promotes
  /// nothing.
  private func tellAlarms() async {
    let alarms = shelf.alarms.map { alarm in
      (
        key: "\(alarm.model)/\(alarm.version) \(alarm.finding.kind.rawValue) \(alarm.finding.subject)",
        alarm: alarm
      )
    }
    let before = alarming.withLock { known in
      defer { known = Set(alarms.map(\.key)) }
      return known
    }
    for (key, alarm) in alarms where !before.contains(key) {
      let json = JSONValue.object([
        ("event", .string("model_alarm")), ("model", .string(alarm.model)),
        ("version", .integer(Int(alarm.version))),
        ("monitor", .string(alarm.finding.kind.rawValue)), ("subject", .string(alarm.finding.subject)),
        ("message", .string(alarm.finding.message)),
      ])
      log.log(
        .warning, "a model's monitor alarms",
        [("alarm", .string(key)), ("seen", .string(alarm.finding.message))])
      let body = Array(json.description.utf8)
      if sender.hasWebhook,
        let problem = await sender.post("model_alarm", id: UUID().uuidString, body: body).problem
      {
        log.log(.error, "an alarm could not be told", [("reason", .string(problem))])
      }
      if let problem = await sender.run(body) {
        log.log(.error, "an alarm could not be told", [("reason", .string(problem))])
      }
    }
  }
}
