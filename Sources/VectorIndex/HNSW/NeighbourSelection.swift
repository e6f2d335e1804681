import Kernels

/// Chooses a node's neighbours among candidates so that they lie in different directions.
///
/// - Source: Malkov, Yashunin 2020, algorithm 4; Jayaram Subramanya et al., "DiskANN", NeurIPS 2019 (`relaxation`, there
///   α).
struct NeighbourSelection: Sendable {
  /// Added to a distance of the quantized rows, makes it the squared length of a difference up to a factor.
  private let shift: Float
  /// A candidate is left out where a kept neighbour is nearer to it by this factor than the node is.
  private let relaxation: Float

  /// Chosen by measurement: distances that a walk needs for a recall of 0.95 and 0.99, on embeddings of documentation.
  private static let relaxation: Float = 1.05

  init(metric: Metric) {
    switch metric {
    case .cosine: (shift, relaxation) = (1, Self.relaxation)
    case .l2Squared: (shift, relaxation) = (0, Self.relaxation)
    // Its distances have no zero to scale from.
    case .innerProduct: (shift, relaxation) = (0, 1)
    }
  }

  /// Candidates as keys of a beam, nearest to `node` first.
  func ranked(_ candidates: [Ordinal], for node: Ordinal, keys: WalkKeys, _ rows: QuantizedRows) -> [UInt64] {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: candidates.count) { products in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: candidates.count) { distances in
        guard let products = products.baseAddress, let distances = distances.baseAddress else { return [] }
        rows.distances(
          to: rows.vector(node), candidates, count: candidates.count, products: products, into: distances)
        return candidates.indices.map { keys.key(candidates[$0], distance: distances[$0]) }.sorted()
      }
    }
  }

  /// Keeps a candidate when it is nearer to the node than to any neighbour kept before it; then, where there is room,
  /// copies of the node.
  ///
  /// - Parameter candidates: keys of a beam, nearest first.
  /// - Returns: at most `limit`.
  /// - Complexity: O(candidates × limit × d).
  func select(
    _ candidates: [UInt64], for node: Ordinal, keys: WalkKeys, limit: Int, _ rows: QuantizedRows
  ) -> [Ordinal] {
    // Products of one candidate with a few of the kept ones at a time: most candidates fall at the first.
    let step = 4
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: step) { products in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: step) { distances in
        withUnsafeTemporaryAllocation(of: Ordinal.self, capacity: limit) { list in
          guard let products = products.baseAddress, let distances = distances.baseAddress,
            let kept = list.baseAddress
          else { return [] }
          kept[0] = node
          rows.distances(to: rows.vector(node), kept, count: 1, products: products, into: distances)
          let own = distances[0]
          var count = 0
          var copies: [Ordinal] = []
          next: for key in candidates where count < limit {
            let candidate = keys.ordinal(key)
            let distance = keys.distance(key)
            let far = shift + distance
            let vector = rows.vector(candidate)
            for place in stride(from: 0, to: count, by: step) {
              let length = min(step, count - place)
              rows.distances(
                to: vector, kept + place, count: length, products: products, into: distances)
              for index in 0..<length where relaxation * (shift + distances[index]) <= far {
                if distance == own { copies.append(candidate) }
                continue next
              }
            }
            kept[count] = candidate
            count += 1
          }
          return Array(list[..<count]) + copies.prefix(limit - count)
        }
      }
    }
  }
}
