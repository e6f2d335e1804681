/// Position of a chunk inside a segment; never shown to a user.
package typealias Ordinal = UInt32

/// An ordinal and its score; larger is better for every metric and index.
package struct ScoredOrdinal: Hashable, Sendable {
  package var ordinal: Ordinal
  package var score: Float

  @inlinable
  package init(ordinal: Ordinal, score: Float) {
    self.ordinal = ordinal
    self.score = score
  }

  /// The one order of results: by falling score, ties by rising ordinal.
  @inlinable
  package static func ranks(_ a: ScoredOrdinal, before b: ScoredOrdinal) -> Bool {
    a.score > b.score || (a.score == b.score && a.ordinal < b.ordinal)
  }
}
