import Kernels

/// Looks at every allowed int8 row: faster than a walk where a filter leaves few rows, and misses none but by rounding.
struct QuantizedScan {
  private static let blockSize = 256
  private let rows: VectorRowsReader

  init(_ rows: VectorRowsReader) {
    self.rows = rows
  }

  /// The nearest `keep` of the allowed rows, nearest first.
  ///
  /// - Complexity: O(allowed rows × dimension).
  func nearest(_ keep: Int, to target: QuantizedVector, allowed: OrdinalSet) -> [Ordinal] {
    let keys = WalkKeys()
    var beam = Beam()
    beam.reset(capacity: keep)
    rows.withQuantizedRows { vectors in
      withUnsafeTemporaryAllocation(of: Ordinal.self, capacity: Self.blockSize) { block in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.blockSize) { products in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.blockSize) { distances in
            guard let block = block.baseAddress, let products = products.baseAddress,
              let distances = distances.baseAddress
            else { return }
            func score(_ count: Int) {
              vectors.distances(to: target, block, count: count, products: products, into: distances)
              for index in 0..<count {
                let key = keys.key(block[index], distance: distances[index])
                if key < beam.threshold { _ = beam.insert(key) }
              }
            }
            var filled = 0
            for ordinal in allowed {
              block[filled] = ordinal
              filled += 1
              if filled == Self.blockSize {
                score(filled)
                filled = 0
              }
            }
            score(filled)
          }
        }
      }
    }
    return (0..<beam.count).map { keys.ordinal(beam[$0]) }
  }
}
