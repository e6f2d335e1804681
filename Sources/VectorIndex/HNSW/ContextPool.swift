import Synchronization

/// Walk contexts that wait for the next walk.
final class ContextPool: Sendable {
  private let count: Int
  private let degree: Int
  private let free = Mutex<[WalkContext]>([])

  /// - Parameters:
  ///   - count: nodes of the graph.
  ///   - degree: most neighbours of a node.
  init(count: Int, degree: Int) {
    self.count = count
    self.degree = degree
  }

  /// Lends a context to `body`.
  func use<Result>(_ body: (WalkContext) -> Result) -> Result {
    let context = free.withLock { $0.popLast() } ?? WalkContext(count: count, degree: degree)
    defer { free.withLock { $0.append(context) } }
    return body(context)
  }
}
