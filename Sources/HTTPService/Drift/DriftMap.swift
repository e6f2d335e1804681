import Drift

/// Where vectors of the baseline and of a window lie on the first two principal components of the baseline.
package struct DriftMap: Sendable, Codable {
  package struct Point: Sendable, Codable {
    package var x: Float
    package var y: Float
    /// What lies there; `nil` for the baseline's.
    package var example: SignalResult.Example?
  }

  package var reference: [Point]
  package var current: [Point]

  /// Points of a side, so that a window's record stays small.
  private static let drawn = 150

  /// - Parameters:
  ///   - shown: rows of the window that must be drawn.
  ///   - example: what a row of the window is.
  init(_ result: EmbeddingResult, shown: [Int], example: (Int) -> SignalResult.Example?) {
    reference = Self.evenly(result.referenceMap).map { Point(x: Float($0.x), y: Float($0.y)) }
    let wanted = Set(shown)
    let moved = result.currentMap.filter { wanted.contains($0.row) }
    let others = Self.evenly(result.currentMap.filter { !wanted.contains($0.row) })
    current = (moved + others).map { Point(x: Float($0.x), y: Float($0.y), example: example($0.row)) }
  }

  private static func evenly(_ points: [EmbeddingResult.Point]) -> [EmbeddingResult.Point] {
    let step = max(1, (points.count + drawn - 1) / drawn)
    return stride(from: 0, to: points.count, by: step).map { points[$0] }
  }
}
