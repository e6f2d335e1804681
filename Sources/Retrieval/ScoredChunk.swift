import IndexStore

/// A chunk that was found, with every score that led to its place.
package struct ScoredChunk: Sendable {
  package var id: ChunkID
  package var content: StoredChunk
  /// What the order follows, unless diversity was asked for; larger is better. Its scale depends on mode, fusion and
  /// reranker.
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
  /// `nil` where no reranker read it.
  package var rerankScore: Double?
  package var fusedScore: Double
}

/// The answer of `Retriever`.
package struct RetrievalResult: Sendable {
  package var hits: [ScoredChunk]
  /// A word of the query that is in no chunk, and the term that stood for it.
  package struct Correction: Hashable, Sendable {
    package var word: String
    package var term: String
    /// Edits between them.
    package var distance: Int
    package var documentFrequency: Int
  }

  /// Every candidate, in the final order, for `explain`.
  package var candidates: [Candidate]
  /// Legs that were asked in the end.
  package var mode: RetrievalMode
  /// Vector of the query, shape `[dimension]`; `nil` where the dense leg was not asked.
  package var queryVector: [Float]?
  /// What was done otherwise than asked, and why; `nil` where nothing was.
  package var degraded: String?
  /// Analyzed terms of the query, and in how many live chunks each is.
  package var terms: [(term: String, documentFrequency: Int)]
  package var corrections: [Correction]
  /// The reranker that ordered the head; `nil` where none did.
  package var reranker: String?
  /// Chunks that filter and syntax let through; `nil` without any.
  package var allowedChunks: Int?
  /// Milliseconds by stage.
  package var timings: [String: Double]
  /// What was searched.
  package var snapshot: CollectionSnapshot
}
