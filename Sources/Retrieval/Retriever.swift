import Embeddings
import IndexStore
import Kernels
import LexicalIndex

/// A question in, ranked chunks out: both indexes on one snapshot, fused.
package struct Retriever: Sendable {
  private let collection: DocumentCollection
  private let embedder: (any Embedder)?

  /// - Parameter embedder: the collection's model; `nil` where none can be had, which leaves the lexical leg.
  package init(collection: DocumentCollection, embedder: (any Embedder)?) {
    self.collection = collection
    self.embedder = embedder
  }

  /// Searches the newest snapshot.
  ///
  /// The dense leg is left out when no vector of the query can be had, or when most letters of the query are of
  /// scripts that the model does not know; the lexical leg when no term of the query is in the index. What was
  /// left out is said in `degraded`.
  ///
  /// - Throws: `RetrievalError` `.invalidArgument`, `.embeddingUnavailable` (dense mode only), `.storeFailed`.
  package func retrieve(_ query: RetrievalQuery) async throws(RetrievalError) -> RetrievalResult {
    guard query.topK > 0, query.depth > 0 else {
      throw RetrievalError(.invalidArgument, "the number of results must be at least 1")
    }
    var watch = StageWatch()
    let snapshot: CollectionSnapshot
    let allowed: [OrdinalSet?]
    do {
      snapshot = try collection.snapshot()
      allowed = try snapshot.allowed(by: query.filter)
    } catch {
      throw RetrievalError(error)
    }
    watch.lap("snapshot")

    let terms = snapshot.queryTerms(query.text)
    let statistics = snapshot.statistics(for: terms)
    let known = terms.filter { statistics.documentFrequency(of: $0.term) > 0 }
    watch.lap("analyze")

    var degraded: String?
    var vector: [Float]?
    if query.mode != .lexical {
      (vector, degraded) = try await embed(query, snapshot: snapshot)
    }
    watch.lap("embed")

    let asksLexical = query.mode == .lexical || (query.mode == .hybrid && (!known.isEmpty || vector == nil))
    let depth = query.mode == .hybrid ? max(query.depth, query.topK) : query.topK
    var lexical: [Hit] = []
    if asksLexical {
      lexical = merged(snapshot, depth: depth) { reader, index in
        reader.lexicalSearch(known, k: depth, statistics: statistics, allowed: allowed[index])
      }
    }
    watch.lap("lexical")
    var dense: [Hit] = []
    if let vector {
      dense = merged(snapshot, depth: depth) { reader, index in
        reader.denseSearch(
          vector, k: depth, efSearch: query.efSearch, isExact: query.isExact, allowed: allowed[index])
      }
    }
    watch.lap("dense")

    var candidates = union(lexical, dense)
    if asksLexical { addLexicalScores(&candidates, snapshot, known, statistics) }
    if let vector { addDenseScores(&candidates, snapshot, vector) }
    let isFused = asksLexical && vector != nil
    let ranked = rank(candidates, fusion: isFused ? query.fusion : nil)
    watch.lap("fuse")

    let hits: [ScoredChunk]
    do {
      hits = try Self.hits(ranked, topK: query.topK, snapshot: snapshot)
    } catch {
      throw RetrievalError(error)
    }
    watch.lap("fetch")
    return RetrievalResult(
      hits: hits,
      candidates: ranked.map { candidate in
        Candidate(
          id: snapshot.segments[candidate.segment].reader.chunkID(candidate.ordinal),
          lexicalScore: candidate.lexicalScore, denseScore: candidate.denseScore,
          lexicalRank: candidate.lexicalRank, denseRank: candidate.denseRank, fusedScore: candidate.score)
      },
      mode: isFused ? .hybrid : (vector != nil ? .dense : .lexical), degraded: degraded,
      terms: terms.map { ($0.term, statistics.documentFrequency(of: $0.term)) },
      allowedChunks: query.filter == nil
        ? nil
        : zip(snapshot.segments, allowed).reduce(0) { $0 + ($1.1?.count ?? $1.0.reader.chunkCount) },
      timings: watch.milliseconds, snapshot: snapshot)
  }

  /// The query's vector, or why there is none.
  private func embed(
    _ query: RetrievalQuery, snapshot: CollectionSnapshot
  ) async throws(RetrievalError) -> (vector: [Float]?, degraded: String?) {
    let reason: String
    if let embedder {
      do {
        try snapshot.configuration.requireSameModel(
          as: embedder.identity, collection: snapshot.collection.name)
      } catch {
        throw RetrievalError(.invalidArgument, error.message, underlying: error)
      }
      if query.mode == .hybrid, !ScriptGate.lets(query.text, through: embedder) {
        return (nil, "query_script_unknown_to_model")
      }
      do {
        return (try await embedder.embed([query.text], as: .query).matrix.row(0), nil)
      } catch {
        reason = error.message
      }
    } else {
      reason = "no embedding model is at hand"
    }
    guard query.mode == .hybrid else {
      throw RetrievalError(.embeddingUnavailable, "the query cannot be embedded: \(reason)")
    }
    return (nil, "embedding_unavailable")
  }

  /// A hit of one leg in one segment.
  private struct Hit {
    var segment: Int
    var ordinal: Ordinal
    var score: Float
  }

  private struct Ranked {
    var segment: Int
    var ordinal: Ordinal
    var lexicalScore: Double?
    var denseScore: Double?
    var lexicalRank: Int?
    var denseRank: Int?
    var score = 0.0
  }

  /// The best of all segments: by score, then segment, then ordinal.
  private func merged(
    _ snapshot: CollectionSnapshot, depth: Int, search: (SegmentReader, Int) -> [ScoredOrdinal]
  ) -> [Hit] {
    var hits: [Hit] = []
    for (index, segment) in snapshot.segments.enumerated() {
      for hit in search(segment.reader, index) {
        hits.append(Hit(segment: index, ordinal: hit.ordinal, score: hit.score))
      }
    }
    hits.sort {
      $0.score > $1.score
        || ($0.score == $1.score && ($0.segment, $0.ordinal) < ($1.segment, $1.ordinal))
    }
    return Array(hits.prefix(depth))
  }

  private func union(_ lexical: [Hit], _ dense: [Hit]) -> [Ranked] {
    struct Place: Hashable {
      var segment: Int
      var ordinal: Ordinal
    }
    var places: [Place: Int] = [:]
    var candidates: [Ranked] = []
    for (isLexical, leg) in [(true, lexical), (false, dense)] {
      for (offset, hit) in leg.enumerated() {
        let place = Place(segment: hit.segment, ordinal: hit.ordinal)
        let index: Int
        if let known = places[place] {
          index = known
        } else {
          index = candidates.count
          places[place] = index
          candidates.append(Ranked(segment: hit.segment, ordinal: hit.ordinal))
        }
        if isLexical {
          candidates[index].lexicalRank = offset + 1
        } else {
          candidates[index].denseRank = offset + 1
        }
      }
    }
    return candidates
  }

  private func addLexicalScores(
    _ candidates: inout [Ranked], _ snapshot: CollectionSnapshot, _ terms: [QueryTerm],
    _ statistics: CorpusStatistics
  ) {
    forEachSegment(candidates) { segment, indices in
      let scores = snapshot.segments[segment].reader.lexicalScores(
        terms, ordinals: indices.map { candidates[$0].ordinal }, statistics: statistics)
      for (index, score) in zip(indices, scores) { candidates[index].lexicalScore = Double(score) }
    }
  }

  private func addDenseScores(
    _ candidates: inout [Ranked], _ snapshot: CollectionSnapshot, _ vector: [Float]
  ) {
    forEachSegment(candidates) { segment, indices in
      let scores = snapshot.segments[segment].reader.denseScores(
        vector, ordinals: indices.map { candidates[$0].ordinal })
      for (index, score) in zip(indices, scores) { candidates[index].denseScore = Double(score) }
    }
  }

  private func forEachSegment(_ candidates: [Ranked], _ body: (Int, [Int]) -> Void) {
    let groups = Dictionary(grouping: candidates.indices) { candidates[$0].segment }
    for (segment, indices) in groups.sorted(by: { $0.key < $1.key }) { body(segment, indices) }
  }

  /// Orders candidates by fused score, or by the one leg that was asked; ties by place in the collection.
  private func rank(_ candidates: [Ranked], fusion: FusionMethod?) -> [Ranked] {
    var ranked = candidates
    if let fusion {
      let scores = fusion.scores(
        candidates.map { candidate in
          FusionInput(
            lexicalScore: candidate.lexicalScore ?? 0, denseScore: candidate.denseScore ?? 0,
            lexicalRank: candidate.lexicalRank, denseRank: candidate.denseRank)
        })
      for (index, score) in scores.enumerated() { ranked[index].score = score }
    } else {
      for index in ranked.indices {
        ranked[index].score = ranked[index].denseScore ?? ranked[index].lexicalScore ?? 0
      }
    }
    ranked.sort {
      $0.score > $1.score
        || ($0.score == $1.score && ($0.segment, $0.ordinal) < ($1.segment, $1.ordinal))
    }
    return ranked
  }

  /// Fetches passages until there are `topK`; chunks deleted since the snapshot are passed over.
  private static func hits(
    _ ranked: [Ranked], topK: Int, snapshot: CollectionSnapshot
  ) throws(IndexStoreError) -> [ScoredChunk] {
    var hits: [ScoredChunk] = []
    var next = 0
    while hits.count < topK, next < ranked.count {
      let batch = ranked[next..<min(ranked.count, next + topK - hits.count)]
      next = batch.endIndex
      let ids = batch.map { snapshot.segments[$0.segment].reader.chunkID($0.ordinal) }
      let contents = try snapshot.contents(of: ids)
      for (candidate, id) in zip(batch, ids) {
        guard let content = contents[id] else { continue }
        hits.append(
          ScoredChunk(
            id: id, content: content, score: candidate.score, lexicalScore: candidate.lexicalScore,
            denseScore: candidate.denseScore, lexicalRank: candidate.lexicalRank,
            denseRank: candidate.denseRank))
      }
    }
    return hits
  }
}
