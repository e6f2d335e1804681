import Dispatch
import Synchronization

/// Why work was not taken on.
package struct AdmissionError: Error, Sendable {
  package enum Code: String, Sendable {
    /// As many wait as may wait.
    case queueFull = "queue_full"
    /// It would not be done by its deadline.
    case tooLate = "too_late"
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
  private struct Waiter {
    var id: UInt64
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var running = 0
    var waiting: [Waiter] = []
    var nextID: UInt64 = 0
    /// How long a piece of work takes, milliseconds: moving mean.
    var meanMilliseconds = 5.0
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
    _ gate: AdmissionGate?, deadline: ContinuousClock.Instant?,
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    guard let gate else { return try await body() }
    return try await gate.run(deadline: deadline, body)
  }

  package func run<Value: Sendable>(
    deadline: ContinuousClock.Instant?, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await enter(deadline)
    let start = ContinuousClock.now
    defer { leave(after: start.duration(to: .now).milliseconds) }
    if let deadline, deadline <= .now { throw AdmissionError(code: .tooLate, retryAfter: 1) }
    try Task.checkCancellation()
    return try await withTaskExecutorPreference(workers) { try await body() }
  }

  /// Refuses at once what `run` would refuse now.
  ///
  /// - Throws: `AdmissionError`.
  package func requirePlace(by deadline: ContinuousClock.Instant?) throws(AdmissionError) {
    let refusal = state.withLock { state -> AdmissionError? in
      state.running < slots && state.waiting.isEmpty ? nil : self.refusal(state, deadline)
    }
    if let refusal { throw refusal }
  }

  /// Why one more may not wait; `nil` where it may.
  private func refusal(_ state: State, _ deadline: ContinuousClock.Instant?) -> AdmissionError? {
    let ahead = Double(state.waiting.count + 1) * state.meanMilliseconds / Double(slots)
    let seconds = max(1, min(60, Int((ahead / 1000).rounded(.up))))
    if state.waiting.count >= limit { return AdmissionError(code: .queueFull, retryAfter: seconds) }
    if let deadline, ContinuousClock.now.duration(to: deadline).milliseconds < ahead + state.meanMilliseconds
    {
      return AdmissionError(code: .tooLate, retryAfter: seconds)
    }
    return nil
  }

  private func enter(_ deadline: ContinuousClock.Instant?) async throws {
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
      if let refusal = self.refusal(state, deadline) { return .refuse(refusal) }
      state.nextID += 1
      return .wait(state.nextID)
    }
    switch decision {
    case .go: return
    case .refuse(let error): throw error
    case .wait(let id): try await wait(id)
    }
  }

  private func wait(_ id: UInt64) async throws {
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
          state.waiting.append(Waiter(id: id, continuation: continuation))
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

  private func leave(after milliseconds: Double) {
    let next = state.withLock { state -> Waiter? in
      state.meanMilliseconds += (milliseconds - state.meanMilliseconds) / 16
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
