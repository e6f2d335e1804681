import Kernels

/// Exact search: scores every allowed row. The oracle of the graph, and faster than it where few rows are allowed.
package struct FlatIndex: Sendable {
  private let rows: VectorRowsReader

  package init(_ rows: VectorRowsReader) {
    self.rows = rows
  }

  /// The best `k` rows.
  ///
  /// - Parameter query: shape `[dimension]`.
  /// - Complexity: O(allowed rows × dimension).
  package func search(_ query: [Float], k: Int, allowed: OrdinalSet? = nil) -> [ScoredOrdinal] {
    let prepared = rows.prepare(query)
    var top = TopK(capacity: k)
    prepared.withUnsafeBufferPointer { query in
      guard let query = query.baseAddress else { return }
      rows.withFloats { floats in
        func offer(_ ordinal: Ordinal) {
          let score = rows.score(query, floats + Int(ordinal) * rows.floatStride)
          top.offer(ScoredOrdinal(ordinal: ordinal, score: score))
        }
        if let allowed {
          for ordinal in allowed { offer(ordinal) }
        } else {
          for ordinal in 0..<Ordinal(rows.count) { offer(ordinal) }
        }
      }
    }
    return top.sorted()
  }

  /// Exact scores of given rows, shape `[ordinals.count]`.
  ///
  /// - Complexity: O(ordinals × dimension).
  package func scores(_ query: [Float], ordinals: [Ordinal]) -> [Float] {
    let prepared = rows.prepare(query)
    return prepared.withUnsafeBufferPointer { query in
      guard let query = query.baseAddress else { return [] }
      return rows.withFloats { floats in
        ordinals.map { ordinal in
          precondition(Int(ordinal) < rows.count, "ordinal \(ordinal) is not below \(rows.count)")
          return rows.score(query, floats + Int(ordinal) * rows.floatStride)
        }
      }
    }
  }
}
