import Synchronization

/// Walk contexts that wait for the next walk.
final class ContextPool: Sendable {
  private let count: Int
  private let free = Mutex<[WalkContext]>([])

  /// - Parameter count: nodes of the graph.
  init(count: Int) {
    self.count = count
  }

  /// Lends a context to `body`.
  func use<Result>(_ body: (inout WalkContext) -> Result) -> Result {
    var context = free.withLock { $0.popLast() } ?? WalkContext(count: count)
    let result = body(&context)
    free.withLock { [context] in $0.append(context) }
    return result
  }
}
