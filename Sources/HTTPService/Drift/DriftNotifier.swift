import Crypto
import Foundation
import IndexStore
import Transport

/// Tells of alarms: once when one begins, and once when it ends.
package struct DriftNotifier: Sendable {
  private let targets: DriftAlarmTargets
  private let transport: (any HTTPTransport)?

  /// - Parameter transport: retries what may be retried; `nil` where there is no webhook.
  package init(_ targets: DriftAlarmTargets, transport: (any HTTPTransport)?) {
    self.targets = targets
    self.transport = transport
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
    if let webhook = targets.webhook, let transport {
      do {
        let response = try await transport.send(request(webhook, body, id: Self.id(window, change)))
        if !(200..<300).contains(response.status) {
          problems.append("the webhook answered \(response.status)")
        }
      } catch {
        problems.append("the webhook cannot be reached: \(error)")
      }
    }
    if !change.began.isEmpty, let problem = await run(body) { problems.append(problem) }
    return problems
  }

  private func request(_ webhook: String, _ body: [UInt8], id: String) -> TransportRequest {
    // The id is the same for the same change, so that a receiver can drop what it has had before.
    var headers: TransportHeaders = [
      "Content-Type": "application/json", "X-Rag-Event": "drift", "X-Rag-Delivery": id,
      "Idempotency-Key": id,
    ]
    if let secret = targets.secret {
      let code = HMAC<SHA256>.authenticationCode(
        for: body, using: SymmetricKey(data: Array(secret.secret.utf8)))
      headers.append("X-Rag-Signature", "sha256=" + Hex.string(code))
    }
    return TransportRequest(
      .post, webhook, headers: headers, body: body,
      deadlines: TransportDeadlines(
        connect: .seconds(5), firstByte: .seconds(15), idle: .seconds(15), total: .seconds(30)),
      maximumBodyBytes: 1 << 16)
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

  /// A program that takes longer is left to itself: it may train a model.
  private static let patienceSeconds = 60.0

  /// - Returns: what went wrong.
  private func run(_ body: [UInt8]) async -> String? {
    guard let program = targets.command.first else { return nil }
    let arguments = targets.command
    do {
      return try await BackgroundThread.run(niceness: 0) {
        // A file and no pipe: a program that reads nothing does no harm.
        let input = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(body).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = FileHandle.standardError
        try process.run()
        let end = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
        guard !process.isRunning, process.terminationStatus != 0 else { return nil }
        return "the command \(program) ended with \(process.terminationStatus)"
      }
    } catch {
      return "the command \(program) cannot be run: \(error)"
    }
  }
}
