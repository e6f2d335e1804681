import Crypto
import Foundation
import IndexStore
import Storage

/// Tells of alarms: once when one begins, and once when it ends.
package struct DriftNotifier: Sendable {
  private let sender: EventSender

  package init(_ sender: EventSender) {
    self.sender = sender
  }

  /// What changed from the window before.
  package struct Change: Sendable, Equatable {
    package var began: [DriftSignal]
    package var ended: [DriftSignal]

    /// - Parameter before: the window before; `nil` where there is none.
    package init(from before: DriftWindow?, to window: DriftWindow) {
      let old = before?.baseline == window.baseline ? before?.alarms.map(\.signal) ?? [] : []
      let new = window.alarms.map(\.signal)
      // What could not be decided has not ended.
      let decided = window.signals.filter { $0.verdict != .insufficient }.map(\.signal)
      began = new.filter { !old.contains($0) }
      ended = old.filter { !new.contains($0) && decided.contains($0) }
    }

    var isEmpty: Bool { began.isEmpty && ended.isEmpty }
  }

  /// Sends what changed; nothing where nothing did.
  ///
  /// - Returns: what could not be told, for the log.
  package func tell(_ window: DriftWindow, before: DriftWindow?) async -> [String] {
    let change = Change(from: before, to: window)
    guard !change.isEmpty else { return [] }
    let body = Array(Self.message(window, change).description.utf8)
    var problems: [String] = []
    if let problem = await sender.post("drift", id: Self.id(window, change), body: body).problem {
      problems.append(problem)
    }
    if !change.began.isEmpty, let problem = await sender.run(body) { problems.append(problem) }
    return problems
  }

  private static func message(_ window: DriftWindow, _ change: Change) -> JSONValue {
    func signals(_ list: [DriftSignal]) -> JSONValue {
      .array(
        window.signals.filter { list.contains($0.signal) }.map {
          .object([
            ("signal", .string($0.signal.rawValue)), ("summary", .string($0.summary)),
            ("method", .string($0.method)), ("statistic", JSONValue($0.statistic)),
            ("p_value", JSONValue($0.pValue)),
          ])
        })
    }
    return .object([
      ("event", .string("drift")), ("collection", .string(window.collection)),
      ("baseline", .integer(Int(window.baseline))), ("starts_at", .number(window.startsAt)),
      ("ends_at", .number(window.endsAt)), ("began", signals(change.began)), ("ended", signals(change.ended)),
    ])
  }

  private static func id(_ window: DriftWindow, _ change: Change) -> String {
    let text =
      "\(window.collection) \(window.baseline) \(window.startsAt) "
      + (change.began.map { "+" + $0.rawValue } + change.ended.map { "-" + $0.rawValue }).joined(
        separator: " ")
    return Hex.string(SHA256.hash(data: Array(text.utf8)).prefix(16))
  }
}
