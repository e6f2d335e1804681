import Dispatch
import Synchronization

/// Why work was not taken on.
package struct AdmissionError: Error, Sendable {
  package enum Code: String, Sendable {
    /// As many wait as may wait.
    case queueFull = "queue_full"
    /// It would not be done by its deadline.
    case tooLate = "too_late"
    /// Its deadline had passed before it could begin, on a server that was free: no load is to blame.
    case deadlineTooShort = "deadline_too_short"
  }

  package var code: Code
  /// When it is worth coming back, seconds.
  package var retryAfter: Int
}

/// Lets so many tasks work on the processor at a time, and so many wait, by their deadlines.
///
/// Work runs on threads of its own, so that connections are served while all cores search. What cannot be done in
/// time is refused at once: work that nobody waits for any more would only make the queue longer.
package final class AdmissionGate: Sendable {
  /// Kinds of work, which take different times.
  package enum Work: Int, CaseIterable, Sendable {
    case search, embed
    /// Rows by a registered model.
    case score
    /// The second half of a question: it goes before what has not begun.
    case extract
  }

  private struct Waiter {
    var id: UInt64
    var work: Work
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var running = 0
    var waiting: [Waiter] = []
    var nextID: UInt64 = 0
    /// How long a piece of work takes, milliseconds, by kind: moving means.
    var means = [5.0, 20.0, 1.0, 100.0]
    var cancelled: Set<UInt64> = []
  }

  package struct Load: Hashable, Sendable {
    package var running: Int
    package var waiting: Int
  }

  private let slots: Int
  private let limit: Int
  private let state = Mutex(State())
  private let workers = WorkerThreads()

  /// - Parameters:
  ///   - slots: tasks that work at a time.
  ///   - queue: tasks that may wait.
  package init(slots: Int, queue: Int) {
    precondition(slots > 0 && queue >= 0, "\(slots) slots, \(queue) places in the queue")
    self.slots = slots
    limit = queue
  }

  package var load: Load {
    state.withLock { Load(running: $0.running, waiting: $0.waiting.count) }
  }

  /// Runs `body` through `gate`, or at once where there is none.
  ///
  /// - Throws: `AdmissionError`, `CancellationError`, and what `body` throws.
  package static func run<Value: Sendable>(
    _ gate: AdmissionGate?, _ work: Work = .search, deadline: ContinuousClock.Instant?,
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    guard let gate else { return try await body() }
    return try await gate.run(work, deadline: deadline, body)
  }

  /// How long a piece of work takes, as far as is known.
  package func expected(_ work: Work) -> Duration {
    .milliseconds(Int64(state.withLock { $0.means[work.rawValue] }))
  }

  package func run<Value: Sendable>(
    _ work: Work = .search, deadline: ContinuousClock.Instant?,
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let waited = try await enter(work, deadline)
    let start = ContinuousClock.now
    defer { leave(work, after: start.duration(to: .now).milliseconds) }
    if let deadline, deadline <= .now {
      throw AdmissionError(code: waited ? .tooLate : .deadlineTooShort, retryAfter: 1)
    }
    try Task.checkCancellation()
    return try await withTaskExecutorPreference(workers) { try await body() }
  }

  /// Refuses at once what `run` would refuse now.
  ///
  /// - Throws: `AdmissionError`.
  package func requirePlace(by deadline: ContinuousClock.Instant?) throws(AdmissionError) {
    let refusal = state.withLock { state -> AdmissionError? in
      state.running < slots && state.waiting.isEmpty ? nil : self.refusal(state, .search, deadline)
    }
    if let refusal { throw refusal }
  }

  /// Why one more may not wait; `nil` where it may.
  private func refusal(
    _ state: State, _ work: Work, _ deadline: ContinuousClock.Instant?
  ) -> AdmissionError? {
    let own = state.means[work.rawValue]
    let before = work == .extract ? state.waiting.filter { $0.work == .extract } : state.waiting
    let ahead = before.reduce(own) { $0 + state.means[$1.work.rawValue] } / Double(slots)
    let seconds = max(1, min(60, Int((ahead / 1000).rounded(.up))))
    if state.waiting.count >= limit { return AdmissionError(code: .queueFull, retryAfter: seconds) }
    if let deadline, ContinuousClock.now.duration(to: deadline).milliseconds < ahead + own {
      return AdmissionError(code: .tooLate, retryAfter: seconds)
    }
    return nil
  }

  /// - Returns: whether there was a wait.
  private func enter(_ work: Work, _ deadline: ContinuousClock.Instant?) async throws -> Bool {
    enum Decision {
      case go
      case wait(UInt64)
      case refuse(AdmissionError)
    }
    let decision = state.withLock { state -> Decision in
      if state.running < slots, state.waiting.isEmpty {
        state.running += 1
        return .go
      }
      if let refusal = self.refusal(state, work, deadline) { return .refuse(refusal) }
      state.nextID += 1
      return .wait(state.nextID)
    }
    switch decision {
    case .go: return false
    case .refuse(let error): throw error
    case .wait(let id):
      try await wait(id, work)
      return true
    }
  }

  private func wait(_ id: UInt64, _ work: Work) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        enum Outcome {
          case queued, go, cancelled
        }
        let outcome = state.withLock { state -> Outcome in
          if state.cancelled.remove(id) != nil { return .cancelled }
          // A place may have come free since the decision.
          if state.running < slots, state.waiting.isEmpty {
            state.running += 1
            return .go
          }
          let waiter = Waiter(id: id, work: work, continuation: continuation)
          let place = work == .extract ? state.waiting.firstIndex { $0.work != .extract } : nil
          state.waiting.insert(waiter, at: place ?? state.waiting.endIndex)
          return .queued
        }
        switch outcome {
        case .queued: break
        case .go: continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        }
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return nil
        }
        return state.waiting.remove(at: index)
      }
      waiter?.continuation.resume(throwing: CancellationError())
    }
    state.withLock { _ = $0.cancelled.remove(id) }
  }

  private func leave(_ work: Work, after milliseconds: Double) {
    let next = state.withLock { state -> Waiter? in
      state.means[work.rawValue] += (milliseconds - state.means[work.rawValue]) / 16
      guard !state.waiting.isEmpty else {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.continuation.resume()
  }
}

/// Threads for work that keeps a core busy.
private final class WorkerThreads: TaskExecutor {
  private let queue = DispatchQueue(label: "rag.work", qos: .userInitiated, attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
