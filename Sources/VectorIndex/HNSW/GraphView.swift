import Kernels

/// A graph's arrays, in memory while it is built or in a mapped file afterwards.
///
/// Level 0: `1 + M0` numbers a node, the count and the slots. Upper levels: a node of level L owns L blocks of
/// `1 + M` numbers from block `upperStarts[node]`.
struct GraphView: @unchecked Sendable {
  // Unchecked: it only reads, and whoever hands it out writes nothing until the work is done.
  let count: Int
  let M: Int
  let M0: Int
  let levelZero: UnsafePointer<UInt32>
  let upperStarts: UnsafePointer<UInt32>
  let upper: UnsafePointer<UInt32>

  /// The neighbours of a node: count first.
  @inline(__always)
  func block(_ node: Ordinal, level: Int) -> UnsafePointer<UInt32> {
    level == 0
      ? levelZero + Int(node) * (1 + M0)
      : upper + (Int(upperStarts[Int(node)]) + level - 1) * (1 + M)
  }

  /// Walks to the local minimum of `distance` on one level.
  func descend(
    from start: Ordinal, level: Int, distance: (Ordinal) -> Float
  ) -> Ordinal {
    var node = start
    var best = distance(start)
    while true {
      let neighbours = block(node, level: level)
      var next = node
      for slot in 1...max(1, Int(neighbours[0])) where slot <= Int(neighbours[0]) {
        let candidate = distance(neighbours[slot])
        if candidate < best || (candidate == best && neighbours[slot] < next) {
          best = candidate
          next = neighbours[slot]
        }
      }
      if next == node { return node }
      node = next
    }
  }

  /// Best-first search on one level; the context's beam holds the result.
  ///
  /// - Parameter onVisit: called with every node whose distance was computed.
  func search(
    from start: Ordinal, level: Int, ef: Int, context: inout WalkContext, distance: (Ordinal) -> Float,
    onVisit: (Ordinal, Float) -> Void = { _, _ in }
  ) {
    context.beam.reset(capacity: ef)
    context.visited.clear()
    _ = context.visited.insert(start)
    let first = distance(start)
    context.beam.insert(start, distance: first)
    onVisit(start, first)
    while let node = context.beam.expandNext() {
      let neighbours = block(node, level: level)
      let count = Int(neighbours[0])
      guard count > 0 else { continue }
      for slot in 1...count {
        let neighbour = neighbours[slot]
        guard context.visited.insert(neighbour) else { continue }
        let far = distance(neighbour)
        onVisit(neighbour, far)
        if far < context.beam.threshold { context.beam.insert(neighbour, distance: far) }
      }
    }
  }
}
