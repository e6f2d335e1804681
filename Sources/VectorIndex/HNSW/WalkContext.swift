import Kernels

/// What a walk needs, kept between walks; one walk at a time has it.
final class WalkContext: @unchecked Sendable {
  // Unchecked: `ContextPool` lends it to one walk at a time.

  /// What the last walk found.
  var beam = Beam()
  /// Allowed nodes that the last walk saw, as the beam's keys; only of a walk with a filter.
  var allowed: [UInt64] = []
  /// Distances that the last walk computed.
  var distanceCount = 0

  private let words: Int
  /// A bit a node: seen by the walk.
  let visited: UnsafeMutablePointer<UInt64>
  /// Room for one list of neighbours.
  let fresh: UnsafeMutablePointer<Ordinal>
  let products: UnsafeMutablePointer<Int32>
  let distances: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - count: nodes of the graph.
  ///   - degree: most neighbours of a node.
  init(count: Int, degree: Int) {
    words = (count + 63) / 64
    visited = .allocate(capacity: words)
    fresh = .allocate(capacity: degree + 1)
    products = .allocate(capacity: degree + 1)
    distances = .allocate(capacity: degree + 1)
  }

  deinit {
    visited.deallocate()
    fresh.deallocate()
    products.deallocate()
    distances.deallocate()
  }

  /// Forgets which nodes were seen.
  func clearVisited() {
    visited.update(repeating: 0, count: words)
  }
}
