/// How the scores of both legs become one; see the types of the same names.
package enum FusionMethod: Hashable, Sendable {
  /// `ConvexFusion` with z-scores.
  case convex(lexicalWeight: Double)
  /// `ConvexFusion` with scores stretched to 0…1.
  case minMax(lexicalWeight: Double)
  /// `ReciprocalRankFusion`.
  case reciprocalRank(k: Double)

  /// The default. Found with seven collections; `Benchmarks/retrieval_quality.py` measures it.
  package static let standard = FusionMethod.convex(lexicalWeight: 0.4)

  /// `zscore`, `minmax` (both with the weight) or `rrf`; `nil` for another name, or a weight out of 0…1.
  package init?(name: String, lexicalWeight: Double) {
    guard (0...1).contains(lexicalWeight) else { return nil }
    switch name {
    case "zscore": self = .convex(lexicalWeight: lexicalWeight)
    case "minmax": self = .minMax(lexicalWeight: lexicalWeight)
    case "rrf": self = .reciprocalRank(k: 60)
    default: return nil
    }
  }

  /// Fused scores of candidates, in order; larger is better.
  ///
  /// - Complexity: O(candidates).
  package func scores(_ candidates: [FusionInput]) -> [Double] {
    switch self {
    case .convex(let weight): ConvexFusion(lexicalWeight: weight, scaling: .zScore).scores(candidates)
    case .minMax(let weight): ConvexFusion(lexicalWeight: weight, scaling: .minMax).scores(candidates)
    case .reciprocalRank(let k): ReciprocalRankFusion(k: k).scores(candidates)
    }
  }

  /// Name and parameters, for lineage and for `--fusion`.
  package var identity: String {
    switch self {
    case .convex(let weight): "zscore(\(weight))"
    case .minMax(let weight): "minmax(\(weight))"
    case .reciprocalRank(let k): "rrf(\(k))"
    }
  }
}

/// What fusion knows of a candidate.
package struct FusionInput: Hashable, Sendable {
  /// True scores in both legs.
  package var lexicalScore: Double
  package var denseScore: Double
  /// Places in the legs from 1; `nil` where a leg did not return it.
  package var lexicalRank: Int?
  package var denseRank: Int?

  package init(lexicalScore: Double, denseScore: Double, lexicalRank: Int?, denseRank: Int?) {
    self.lexicalScore = lexicalScore
    self.denseScore = denseScore
    self.lexicalRank = lexicalRank
    self.denseRank = denseRank
  }
}
