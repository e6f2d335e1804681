import Dispatch
import Synchronization

/// Runs CPU-bound work on threads of its own, never on the cooperative pool.
package enum Parallel {
  /// Calls `body` once for each index below `count`, on at most `threads` threads at a time, and waits.
  ///
  /// Indices are handed out in rising order; which thread gets which is not fixed, so `body` must write only
  /// to places of its own index.
  ///
  /// - Complexity: O(count) calls.
  package static func forEach(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(max(1, threads), count)
    if workers <= 1 {
      for index in 0..<max(0, count) { body(index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }

  /// The values of `body` for each index below `count`, in order, computed on at most `threads` threads.
  ///
  /// - Complexity: O(count) calls.
  package static func map<Value: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) -> Value
  ) -> [Value] {
    let slots = Mutex([Value?](repeating: nil, count: max(0, count)))
    forEach(count, threads: threads) { index in
      let value = body(index)
      slots.withLock { $0[index] = value }
    }
    return slots.withLock { $0.compactMap { $0 } }
  }

  /// Runs `body` on a dispatch thread and returns its result.
  package static func offPool<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .userInitiated).async {
        continuation.resume(with: Result(catching: body))
      }
    }
  }
}
