/// Weighted mean of both legs' scores, each scaled over the candidates.
///
/// - Source: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023, section 3;
///   z-scores in place of their theoretical minimum.
package struct ConvexFusion: Hashable, Sendable {
  package enum Scaling: Hashable, Sendable {
    /// `(x − mean) / (standard deviation + 1e-9)`.
    case zScore
    /// `(x − min) / (max − min)`, 0 where all are equal.
    case minMax
  }

  /// 0…1; the dense leg has the rest.
  package var lexicalWeight: Double
  package var scaling: Scaling

  package init(lexicalWeight: Double, scaling: Scaling) {
    self.lexicalWeight = lexicalWeight
    self.scaling = scaling
  }

  /// - Complexity: O(candidates).
  package func scores(_ candidates: [FusionInput]) -> [Double] {
    let lexical = scale(candidates.map(\.lexicalScore))
    let dense = scale(candidates.map(\.denseScore))
    return zip(lexical, dense).map { lexicalWeight * $0 + (1 - lexicalWeight) * $1 }
  }

  private func scale(_ values: [Double]) -> [Double] {
    guard let low = values.min(), let high = values.max() else { return [] }
    switch scaling {
    case .zScore:
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return values.map { ($0 - mean) / (variance.squareRoot() + 1e-9) }
    case .minMax:
      return values.map { high > low ? ($0 - low) / (high - low) : 0 }
    }
  }
}
