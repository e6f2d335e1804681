import Catalog
import Foundation
import ServiceLifecycle
import Synchronization
import Tracking

/// Keeps what answers rest on, what was asked and what models predicted, several in one commit: a question does not wait for the disk.
///
/// What a crash takes with it are the entries of the last quarter of a second.
final class AnswerLog: Service, Sendable {
  private let catalog: Catalog
  private let tracking: TrackingStore
  private let log: AccessLog
  private let predictionDays: Int
  private struct Waiting {
    var answers: [AnswerRecord] = []
    var questions: [(collection: String, question: ObservedQuestion)] = []
    var predictions: [PredictionRecord] = []
  }

  private let waiting = Mutex(Waiting())
  private static let limit = 10_000

  init(catalog: Catalog, tracking: TrackingStore, log: AccessLog, predictionDays: Int) {
    self.predictionDays = predictionDays
    self.catalog = catalog
    self.tracking = tracking
    self.log = log
  }

  func add(_ record: AnswerRecord) {
    waiting.withLock { waiting in
      if waiting.answers.count < Self.limit { waiting.answers.append(record) }
    }
  }

  func add(_ question: ObservedQuestion, collection: String) {
    waiting.withLock { waiting in
      if waiting.questions.count < Self.limit { waiting.questions.append((collection, question)) }
    }
  }

  func add(_ predictions: [PredictionRecord]) {
    waiting.withLock { waiting in
      if waiting.predictions.count < Self.limit { waiting.predictions += predictions }
    }
  }

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var rounds = 0
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(250))
        self.flush()
        // About once an hour.
        if rounds % 14_400 == 0 { self.forget() }
        rounds += 1
      }
    }
    flush()
  }

  private func forget() {
    do {
      try tracking.forgetPredictions(before: Date().timeIntervalSince1970 - Double(predictionDays) * 86_400)
    } catch {
      log.log(.error, "old predictions could not be forgotten", [("reason", .string(error.message))])
    }
  }

  func flush() {
    let records = waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return waiting
    }
    do {
      try tracking.record(records.predictions)
    } catch {
      log.log(.error, "predictions could not be kept", [("reason", .string(error.message))])
    }
    guard !records.answers.isEmpty || !records.questions.isEmpty else { return }
    do {
      try catalog.record(records.answers, questions: records.questions)
    } catch {
      log.log(.error, "answers could not be kept", [("reason", .string(error.message))])
    }
  }
}
