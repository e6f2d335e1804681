import IndexStore

/// Which indexes are asked.
package enum RetrievalMode: String, CaseIterable, Codable, Sendable {
  case lexical, dense, hybrid
}

/// A question to a collection.
package struct RetrievalQuery: Sendable {
  /// May hold quoted phrases, `field:value`, and terms with a minus in front; see `QuerySyntax`.
  package var text: String
  package var mode: RetrievalMode = .hybrid
  /// Chunks wanted.
  package var topK = 10
  /// Candidates taken from each leg before fusion.
  package var depth = 200
  package var filter: FilterExpression?
  /// What the caller may see; `nil` is everything.
  package var access: AccessView?
  package var fusion: FusionMethod = .standard
  /// Whether fusion or depth were chosen for this query: what was learned for the collection doesn't stand above them then.
  package var hasChosenFusion = false
  /// Scans all vectors instead of walking the graph.
  package var isExact = false
  /// Breadth of the graph walk; `nil` takes the collection's.
  package var efSearch: Int?
  /// Whether phrases, field filters and minus terms are read out of the text; else all of it is words.
  package var readsSyntax = true
  /// Whether words that the index does not know stand for similar ones that it knows.
  package var toleratesTypos = true
  package var rerank = RerankOptions()
  package var adjustments = RankAdjustments()

  package init(_ text: String) {
    self.text = text
  }
}

/// How far the reranker goes, where there is one.
package struct RerankOptions: Hashable, Sendable {
  /// Candidates that it reads, best first.
  package var depth = 20
  /// Of those, how many stay; the others follow in their old order. `nil` keeps all.
  package var kept: Int?
  /// When the time is up the order stays as it was, and that is said; `nil` waits.
  package var budget: Duration?
  /// Share of the reranker in the final score, 0…1, both scaled to z-scores over what was reranked; 1 takes its order
  /// alone.
  package var weight = 1.0

  package init() {}
}

/// What changes the order after fusion; nothing does unless asked.
package struct RankAdjustments: Hashable, Sendable {
  package var recency: RecencyBoost?
  package var authority: AuthorityBoost?
  /// Weight of relevance against novelty, 0…1; `nil` leaves the order to relevance.
  package var diversity: Double?
  /// Whether a passage nearly equal to a better one is left out.
  package var removesNearDuplicates = false

  package init() {}

  /// Whether anything was asked for.
  package var isActive: Bool {
    recency != nil || authority != nil || diversity != nil || removesNearDuplicates
  }

  /// Candidates that are looked at, beyond what is wanted.
  static let pool = 100
}
