/// How text is cut; recorded with each collection.
package struct ChunkingOptions: Hashable, Codable, Sendable {
  package enum Strategy: String, CaseIterable, Codable, Sendable {
    /// Headings, paragraphs, lists, tables and code are kept whole where they fit.
    case structure
    /// Windows of sentences, blind to structure.
    case window
    /// One chunk a document.
    case whole
  }

  package var strategy: Strategy = .structure
  /// Target size of a chunk, tokens of the embedding model.
  package var targetTokens = 200
  /// Tokens repeated from the end of the chunk before, where a block had to be cut.
  package var overlapTokens = 25

  package init() {}

  package init(strategy: Strategy, targetTokens: Int = 200, overlapTokens: Int = 25) {
    self.strategy = strategy
    self.targetTokens = targetTokens
    self.overlapTokens = overlapTokens
  }
}
