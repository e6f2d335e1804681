import IndexStore

/// A chunk that was found, with every score that led to its place.
package struct ScoredChunk: Sendable {
  package var id: ChunkID
  package var content: StoredChunk
  /// What the order follows; larger is better. Its scale depends on mode and fusion.
  package var score: Double
  /// BM25 score, 0 where no term matches; `nil` where the lexical leg was not asked.
  package var lexicalScore: Double?
  /// Cosine to the query; `nil` where the dense leg was not asked.
  package var denseScore: Double?
  /// Place in the leg, from 1; `nil` where the leg did not return it.
  package var lexicalRank: Int?
  package var denseRank: Int?
  /// Score of the reranker, where one ran.
  package var rerankScore: Double?
}

/// A chunk that some leg returned, and what became of it.
package struct Candidate: Hashable, Sendable {
  package var id: ChunkID
  package var lexicalScore: Double?
  package var denseScore: Double?
  package var lexicalRank: Int?
  package var denseRank: Int?
  package var fusedScore: Double
}

/// The answer of `Retriever`.
package struct RetrievalResult: Sendable {
  package var hits: [ScoredChunk]
  /// Every candidate by fused score, for `explain`.
  package var candidates: [Candidate]
  /// Legs that were asked in the end.
  package var mode: RetrievalMode
  /// What was done otherwise than asked, and why; `nil` where nothing was.
  package var degraded: String?
  /// Analyzed terms of the query, and in how many live chunks each is.
  package var terms: [(term: String, documentFrequency: Int)]
  /// Chunks that the filter lets through; `nil` without a filter.
  package var allowedChunks: Int?
  /// Milliseconds by stage.
  package var timings: [String: Double]
  /// What was searched.
  package var snapshot: CollectionSnapshot
}
