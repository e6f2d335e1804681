import Catalog
import ServiceLifecycle
import Synchronization

/// Keeps what answers rest on, several in one commit: a question does not wait for the disk.
///
/// What a crash takes with it are the entries of the last quarter of a second.
final class AnswerLog: Service, Sendable {
  private let catalog: Catalog
  private let log: AccessLog
  private let waiting = Mutex<[AnswerRecord]>([])
  private static let limit = 10_000

  init(catalog: Catalog, log: AccessLog) {
    self.catalog = catalog
    self.log = log
  }

  func add(_ record: AnswerRecord) {
    waiting.withLock { waiting in
      if waiting.count < Self.limit { waiting.append(record) }
    }
  }

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(250))
        self.flush()
      }
    }
    flush()
  }

  func flush() {
    let records = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    guard !records.isEmpty else { return }
    do {
      try catalog.record(records)
    } catch {
      log.log(.error, "answers could not be kept", [("reason", .string(error.message))])
    }
  }
}
