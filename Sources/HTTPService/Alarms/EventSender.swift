import Crypto
import Foundation
import IndexStore
import Storage
import Transport

/// Posts events to a webhook, signed, and runs a command with them.
package struct EventSender: Sendable {
  private let targets: AlarmTargets
  private let transport: (any HTTPTransport)?

  /// - Parameter transport: `nil` where there is no webhook.
  package init(_ targets: AlarmTargets, transport: (any HTTPTransport)?) {
    self.targets = targets
    self.transport = transport
  }

  package var hasWebhook: Bool { targets.webhook != nil && transport != nil }

  /// What became of a post.
  package struct Delivery: Sendable, Equatable {
    /// HTTP status; `nil` where nobody answered.
    package var status: Int?
    /// What went wrong, for the log; `nil` for 2xx.
    package var problem: String?
  }

  /// - Parameter id: the same for the same event, so that a receiver can drop what it has had before.
  package func post(_ event: String, id: String, body: [UInt8]) async -> Delivery {
    guard let webhook = targets.webhook, let transport else { return Delivery() }
    do {
      let response = try await transport.send(request(webhook, event, body, id: id))
      let isTaken = (200..<300).contains(response.status)
      return Delivery(
        status: response.status, problem: isTaken ? nil : "the webhook answered \(response.status)")
    } catch {
      return Delivery(problem: "the webhook cannot be reached: \(error)")
    }
  }

  private func request(_ webhook: String, _ event: String, _ body: [UInt8], id: String) -> TransportRequest {
    var headers: TransportHeaders = [
      "Content-Type": "application/json", "X-Rag-Event": event, "X-Rag-Delivery": id, "Idempotency-Key": id,
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

  /// A program that takes longer is left to itself: it may train a model.
  private static let patienceSeconds = 60.0

  /// Runs the command with the event on its standard input.
  ///
  /// - Returns: what went wrong.
  package func run(_ body: [UInt8]) async -> String? {
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
