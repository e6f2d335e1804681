import IndexStore

/// Which indexes are asked.
package enum RetrievalMode: String, CaseIterable, Codable, Sendable {
  case lexical, dense, hybrid
}

/// A question to a collection.
package struct RetrievalQuery: Sendable {
  package var text: String
  package var mode: RetrievalMode = .hybrid
  /// Chunks wanted.
  package var topK = 10
  /// Candidates taken from each leg before fusion.
  package var depth = 100
  package var filter: FilterExpression?
  package var fusion: FusionMethod = .standard
  /// Scans all vectors instead of walking the graph.
  package var isExact = false
  /// Breadth of the graph walk; `nil` takes the collection's.
  package var efSearch: Int?

  package init(_ text: String) {
    self.text = text
  }
}
