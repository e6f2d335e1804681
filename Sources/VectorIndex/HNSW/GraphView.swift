import Kernels

/// A graph's arrays, in memory while it is built or in a mapped file afterwards.
///
/// Level 0: `1 + slots` numbers a node, the count and the slots. Upper levels: a node of level L owns L blocks of
/// `1 + upperSlots` numbers from block `upperStarts[node]`.
struct GraphView: @unchecked Sendable {
  // Unchecked: it only reads, and whoever hands it out writes nothing that can be reached until the work is done.
  let slots: Int
  let upperSlots: Int
  let levelZero: UnsafePointer<UInt32>
  let upperStarts: UnsafePointer<UInt32>
  let upper: UnsafePointer<UInt32>

  /// The neighbours of a node: count first.
  @inline(__always)
  func block(_ node: Ordinal, level: Int) -> UnsafePointer<UInt32> {
    level == 0
      ? levelZero + Int(node) * (1 + slots)
      : upper + (Int(upperStarts[Int(node)]) + level - 1) * (1 + upperSlots)
  }

  /// Walks to the node that is nearer to `target` than all of its neighbours, on one level.
  func descend(
    from start: Ordinal, level: Int, to target: QuantizedVector, in rows: QuantizedRows,
    _ context: WalkContext
  ) -> Ordinal {
    context.fresh[0] = start
    rows.distances(
      to: target, context.fresh, count: 1, products: context.products, into: context.distances)
    let keys = WalkKeys()
    var best = keys.key(start, distance: context.distances[0])
    while true {
      let node = keys.ordinal(best)
      let neighbours = block(node, level: level)
      let count = Int(neighbours[0])
      rows.distances(
        to: target, neighbours + 1, count: count, products: context.products, into: context.distances)
      for index in 0..<count {
        best = min(best, keys.key(neighbours[1 + index], distance: context.distances[index]))
      }
      if keys.ordinal(best) == node { return node }
    }
  }

  /// Best-first search on one level; the context's beam holds the result.
  ///
  /// - Parameters:
  ///   - ef: breadth of the search.
  ///   - allowed: a bit a node; those seen with their bit set are listed in the context, `nil` lists none.
  ///   - keys: form of the beam's keys.
  func search(
    from start: Ordinal, level: Int, ef: Int, to target: QuantizedVector, in rows: QuantizedRows,
    allowed: UnsafePointer<UInt64>? = nil, keys: WalkKeys = WalkKeys(), _ context: WalkContext
  ) {
    context.clearVisited()
    context.distanceCount = walk(
      from: start, level: level, ef: ef, to: target, in: rows, allowed, keys, context, &context.beam,
      &context.allowed)
  }

  /// - Returns: distances that were computed.
  private func walk(
    from start: Ordinal, level: Int, ef: Int, to target: QuantizedVector, in rows: QuantizedRows,
    _ allowed: UnsafePointer<UInt64>?, _ keys: WalkKeys, _ context: WalkContext, _ beam: inout Beam,
    _ seen: inout [UInt64]
  ) -> Int {
    let (visited, fresh, distances) = (context.visited, context.fresh, context.distances)
    beam.reset(capacity: ef)
    seen.removeAll(keepingCapacity: true)
    visited[Int(start) >> 6] |= 1 << UInt64(start & 63)
    fresh[0] = start
    var found = 1
    var computed = 0
    while true {
      rows.distances(to: target, fresh, count: found, products: context.products, into: distances)
      computed &+= found
      for index in 0..<found {
        let key = keys.key(fresh[index], distance: distances[index])
        if key < beam.threshold, beam.insert(key) { prefetch(fresh[index], level: level) }
        if let allowed {
          let node = Int(fresh[index])
          if allowed[node >> 6] & (1 << UInt64(node & 63)) != 0 { seen.append(key) }
        }
      }
      guard let nearest = beam.expandNext() else { return computed }
      if let next = beam.upcoming { prefetch(keys.ordinal(next), level: level) }
      let neighbours = block(keys.ordinal(nearest), level: level)
      found = 0
      for slot in 0..<Int(neighbours[0]) {
        let neighbour = neighbours[1 &+ slot]
        let word = visited[Int(neighbour >> 6)]
        let bit: UInt64 = 1 &<< UInt64(neighbour)
        fresh[found] = neighbour
        found &+= word & bit == 0 ? 1 : 0
        visited[Int(neighbour >> 6)] = word | bit
      }
    }
  }

  @inline(__always)
  private func prefetch(_ node: Ordinal, level: Int) {
    let block = block(node, level: level)
    VectorKernels.prefetch(block)
    VectorKernels.prefetch(block + 16)
    VectorKernels.prefetch(block + 32)
  }
}
