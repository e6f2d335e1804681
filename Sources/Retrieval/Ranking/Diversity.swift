/// Maximal marginal relevance: the next passage is the one most relevant and least like those already taken.
///
/// - Source: Carbonell, Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
///   summaries", SIGIR 1998.
package enum Diversity {
  /// A new order.
  ///
  /// - Parameters:
  ///   - scores: relevance of each candidate, any scale; stretched to 0…1.
  ///   - vectors: unit vectors, shape `[candidates][d]`.
  ///   - lambda: weight of relevance, 0…1.
  ///   - count: places that are chosen this way; the rest keeps its order.
  /// - Complexity: O(count × candidates × d).
  package static func order(scores: [Double], vectors: [[Float]], lambda: Double, count: Int) -> [Int] {
    guard let low = scores.min(), let high = scores.max() else { return [] }
    let relevance = scores.map { high > low ? ($0 - low) / (high - low) : 1 }
    var nearest = [Double](repeating: 0, count: scores.count)
    var rest = Array(scores.indices)
    var chosen: [Int] = []
    while chosen.count < count, !rest.isEmpty {
      var best = 0
      var bestValue = -Double.infinity
      for (place, candidate) in rest.enumerated() {
        let value = lambda * relevance[candidate] - (1 - lambda) * nearest[candidate]
        if value > bestValue {
          bestValue = value
          best = place
        }
      }
      let taken = rest.remove(at: best)
      chosen.append(taken)
      for candidate in rest {
        nearest[candidate] = max(nearest[candidate], Double(dot(vectors[taken], vectors[candidate])))
      }
    }
    return chosen + rest
  }

  private static func dot(_ a: [Float], _ b: [Float]) -> Float {
    var sum: Float = 0
    for index in 0..<min(a.count, b.count) { sum += a[index] * b[index] }
    return sum
  }
}
