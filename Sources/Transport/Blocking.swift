import Dispatch
import Foundation
import Synchronization

/// Waits on the calling thread for what is asynchronous.
///
/// It runs on a thread of its own: threads that wait, be they of the cooperative pool or of a dispatch queue, are not
/// those that it needs. For work that waits on a network, not for computing.
package enum Blocking {
  /// - Throws: what `body` throws.
  package static func wait<Value: Sendable>(
    for body: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let outcome = Outcome<Value>()
    Task(executorPreference: ThreadExecutor.shared) {
      do {
        let value = try await body()
        outcome.settle(.success(value))
      } catch {
        outcome.settle(.failure(error))
      }
    }
    return try outcome.wait().get()
  }

  private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let isSettled = DispatchSemaphore(value: 0)

    func settle(_ value: Result<Value, any Error>) {
      result.withLock { $0 = value }
      isSettled.signal()
    }

    func wait() -> Result<Value, any Error> {
      isSettled.wait()
      return result.withLock { $0 } ?? .failure(CancellationError())
    }
  }

  private final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()

    private let jobs = Mutex<[UnownedJob]>([])
    private let hasJobs = DispatchSemaphore(value: 0)

    private init() {
      let thread = Thread { self.run() }
      thread.name = "blocking"
      thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      jobs.withLock { $0.append(job) }
      hasJobs.signal()
    }

    private func run() {
      while true {
        hasJobs.wait()
        let job = jobs.withLock { $0.removeFirst() }
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
    }
  }
}
