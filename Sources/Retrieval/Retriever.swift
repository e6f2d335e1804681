import Embeddings
import IndexStore
import Kernels
import Storage

/// A question in, ranked chunks out: both indexes on one snapshot, fused, and reordered where that is asked for.
package struct Retriever: Sendable {
  private let collection: DocumentCollection
  private let embedder: (any Embedder)?
  private let reranker: (any Reranker)?
  private let models: @Sendable () -> RetrievalModels

  /// - Parameters:
  ///   - embedder: the collection's model; `nil` where none can be had, which leaves the lexical leg.
  ///   - reranker: reads the best of what was found; `nil` leaves the fused order.
  ///   - models: what was learned and serves, asked at each search.
  package init(
    collection: DocumentCollection, embedder: (any Embedder)?, reranker: (any Reranker)? = nil,
    models: @escaping @Sendable () -> RetrievalModels = { RetrievalModels() }
  ) {
    self.collection = collection
    self.embedder = embedder
    self.reranker = reranker
    self.models = models
  }

  /// Searches the newest snapshot.
  ///
  /// The dense leg is left out when no vector of the query can be had, or when most letters of the query are of
  /// scripts that the model does not know; the lexical leg when no term of the query is in the index. What was
  /// left out, a reranker that did not answer in time among it, is said in `degraded`.
  ///
  /// - Throws: `RetrievalError` `.invalidArgument`, `.embeddingUnavailable` (dense mode only), `.storeFailed`.
  package func retrieve(_ query: RetrievalQuery) async throws(RetrievalError) -> RetrievalResult {
    var watch = StageWatch()
    let snapshot = try newestSnapshot()
    watch.lap("snapshot")
    let models = models()
    let query = models.applied(to: query)
    let plan = try Self.plan(query, snapshot)
    watch.lap("analyze")
    let vectors = try await embed([plan], snapshot: snapshot, adapter: models.adapter)
    watch.lap("embed")
    let search = CandidateSearch(
      snapshot: snapshot, plan: plan, vector: vectors.rows[0],
      pool: Refinement.pool(query, reranker: reranker), ranking: models.ranking)
    let found = search.run(&watch)
    do {
      let refined = try await Refinement(snapshot: snapshot, plan: plan, reranker: reranker).run(
        found.candidates)
      if reranker != nil || query.adjustments.isActive { watch.lap("rerank") }
      let hits = try Self.hits(refined, topK: query.topK, snapshot: snapshot)
      watch.lap("fetch")
      let reasons = [vectors.degraded[0], refined.degraded].compactMap { $0 }
      return RetrievalResult(
        hits: hits,
        candidates: zip(refined.candidates, refined.rerankScores).map { candidate, rerankScore in
          Candidate(
            id: search.chunkID(candidate), lexicalScore: candidate.lexicalScore,
            denseScore: candidate.denseScore, lexicalRank: candidate.lexicalRank,
            denseRank: candidate.denseRank, rerankScore: rerankScore, fusedScore: candidate.score)
        },
        mode: found.mode, queryVector: vectors.rows[0],
        degraded: reasons.isEmpty ? nil : reasons.joined(separator: ", "),
        terms: plan.terms.map { ($0.term, plan.statistics.documentFrequency(of: $0.term)) },
        corrections: plan.corrections,
        reranker: Self.order(
          models, query, isFused: found.mode == .hybrid, hasVector: vectors.rows[0] != nil, refined.reranker),
        allowedChunks: plan.allowedCount(snapshot), timings: watch.milliseconds, snapshot: snapshot)
    } catch {
      throw RetrievalError(error)
    }
  }

  /// Rankings of many queries on one snapshot, without passages: what evaluation needs.
  ///
  /// Queries are embedded together and searched in parallel. Chunks roll up to documents by the best one.
  ///
  /// - Parameters:
  ///   - queries: `topK` counts documents.
  ///   - threads: searches at a time.
  ///   - onProgress: called with the number of queries that are done.
  /// - Throws: as `retrieve`.
  package func rankings(
    _ queries: [RetrievalQuery], threads: Int, onProgress: (Int) -> Void = { _ in }
  ) async throws(RetrievalError) -> [DocumentRanking] {
    let snapshot = try newestSnapshot()
    let models = models()
    let attempts = Parallel.map(queries.count, threads: threads) { index in
      Result { () throws(RetrievalError) in try Self.plan(models.applied(to: queries[index]), snapshot) }
    }
    var plans: [QueryPlan] = []
    for attempt in attempts { plans.append(try attempt.get()) }
    let vectors = try await embed(plans, snapshot: snapshot, adapter: models.adapter)
    let ready = plans
    let reranker = reranker
    let found = Parallel.map(plans.count, threads: threads) { index in
      var watch = StageWatch()
      return CandidateSearch(
        snapshot: snapshot, plan: ready[index], vector: vectors.rows[index],
        pool: Refinement.pool(ready[index].query, reranker: reranker), ranking: models.ranking
      ).run(&watch)
    }
    var rankings: [DocumentRanking] = []
    do {
      for (index, plan) in plans.enumerated() {
        let refined = try await Refinement(snapshot: snapshot, plan: plan, reranker: reranker).run(
          found[index].candidates)
        let kept = refined.candidates
        let documents = try snapshot.documentIDs(
          of: kept.map { snapshot.segments[$0.segment].reader.chunkID($0.ordinal) })
        let reasons = [vectors.degraded[index], refined.degraded].compactMap { $0 }
        rankings.append(
          DocumentRanking(
            ranked: zip(documents, kept).compactMap { document, candidate in
              document.map { ($0, candidate.score) }
            }, limit: plan.query.topK,
            degraded: reasons.isEmpty ? nil : reasons.joined(separator: ", ")))
        onProgress(index + 1)
      }
    } catch {
      throw RetrievalError(error)
    }
    return rankings
  }

  /// Names of all that had a part in the order.
  private static func order(
    _ models: RetrievalModels, _ query: RetrievalQuery, isFused: Bool, hasVector: Bool, _ reranker: String?
  ) -> String? {
    let names = [
      isFused && !query.hasChosenFusion ? models.fusion?.identity : nil,
      hasVector ? models.adapter?.identity : nil, isFused ? models.ranking?.identity : nil, reranker,
    ].compactMap { $0 }
    return names.isEmpty ? nil : names.joined(separator: " + ")
  }

  /// Candidates of many queries in fused order, with what a learned order is made from; a learned order is not applied.
  ///
  /// - Parameter depth: candidates of a query.
  /// - Throws: as `retrieve`.
  package func candidates(
    _ queries: [RetrievalQuery], depth: Int, threads: Int
  ) async throws(RetrievalError) -> [QuestionCandidates] {
    let snapshot = try newestSnapshot()
    let models = models()
    var plans: [QueryPlan] = []
    for query in queries { plans.append(try Self.plan(models.applied(to: query), snapshot)) }
    let vectors = try await embed(plans, snapshot: snapshot, adapter: models.adapter)
    let ready = plans
    let found = Parallel.map(plans.count, threads: threads) { index in
      var watch = StageWatch()
      return Array(
        CandidateSearch(
          snapshot: snapshot, plan: ready[index], vector: vectors.rows[index], pool: 0, ranking: nil
        )
        .run(&watch).candidates.prefix(depth))
    }
    var result: [QuestionCandidates] = []
    do {
      for (index, head) in found.enumerated() {
        let documents = try snapshot.documentIDs(
          of: head.map { snapshot.segments[$0.segment].reader.chunkID($0.ordinal) })
        let rows = head.flatMap { snapshot.segments[$0.segment].reader.vectors([$0.ordinal]) }
        let width = head.isEmpty ? 0 : rows.count / head.count
        result.append(
          QuestionCandidates(
            documents: documents,
            features: CandidateFeatures.matrix(head, terms: plans[index].knownTerms.count),
            scores: head.map(\.score), vector: vectors.rows[index],
            passages: Matrix(rows: head.count, columns: width, values: rows)))
      }
    } catch {
      throw RetrievalError(error)
    }
    return result
  }

  private func newestSnapshot() throws(RetrievalError) -> CollectionSnapshot {
    do {
      return try collection.snapshot()
    } catch {
      throw RetrievalError(error)
    }
  }

  private static func plan(
    _ query: RetrievalQuery, _ snapshot: CollectionSnapshot
  ) throws(RetrievalError) -> QueryPlan {
    guard query.topK > 0, query.depth > 0, query.rerank.depth > 0 else {
      throw RetrievalError(.invalidArgument, "the number of results must be at least 1")
    }
    do {
      return try QueryPlan(query, snapshot: snapshot)
    } catch {
      throw RetrievalError(error)
    }
  }

  /// Vectors of the queries that ask for one, and for the others why there is none.
  private func embed(
    _ plans: [QueryPlan], snapshot: CollectionSnapshot, adapter: QueryAdapter?
  ) async throws(RetrievalError) -> (rows: [[Float]?], degraded: [String?]) {
    var rows = [[Float]?](repeating: nil, count: plans.count)
    var degraded = [String?](repeating: nil, count: plans.count)
    let asking = plans.indices.filter { plans[$0].query.mode != .lexical }
    guard !asking.isEmpty else { return (rows, degraded) }
    var reason = "no embedding model is at hand"
    if let embedder {
      do {
        try snapshot.configuration.requireComparableModel(
          to: embedder.identity, collection: snapshot.collection.name)
      } catch {
        throw RetrievalError(.invalidArgument, error.message, underlying: error)
      }
      let readable = asking.filter { index in
        plans[index].query.mode == .dense || ScriptGate.lets(plans[index].words, through: embedder)
      }
      for index in asking { degraded[index] = "query_script_unknown_to_model" }
      for index in readable { degraded[index] = nil }
      if readable.isEmpty { return (rows, degraded) }
      do {
        let batch = try await embedder.embed(readable.map { plans[$0].words }, as: .query)
        for (row, index) in readable.enumerated() {
          let vector = batch.matrix.row(row)
          rows[index] = adapter?.adapted(vector) ?? vector
        }
        return (rows, degraded)
      } catch {
        reason = error.message
      }
    }
    if asking.contains(where: { plans[$0].query.mode == .dense }) {
      throw RetrievalError(.embeddingUnavailable, "the query cannot be embedded: \(reason)")
    }
    for index in asking where degraded[index] == nil { degraded[index] = "embedding_unavailable" }
    return (rows, degraded)
  }

  /// Fetches passages until there are `topK`; chunks deleted since the snapshot are passed over.
  private static func hits(
    _ refined: Refinement.Outcome, topK: Int, snapshot: CollectionSnapshot
  ) throws(IndexStoreError) -> [ScoredChunk] {
    var hits: [ScoredChunk] = []
    var next = 0
    while hits.count < topK, next < refined.candidates.count {
      let places = next..<min(refined.candidates.count, next + topK - hits.count)
      next = places.upperBound
      let ids = places.map { place in
        let candidate = refined.candidates[place]
        return snapshot.segments[candidate.segment].reader.chunkID(candidate.ordinal)
      }
      let contents = try snapshot.contents(of: ids)
      for (place, id) in zip(places, ids) {
        guard let content = contents[id] else { continue }
        let candidate = refined.candidates[place]
        hits.append(
          ScoredChunk(
            id: id, content: content, score: candidate.score, lexicalScore: candidate.lexicalScore,
            denseScore: candidate.denseScore, lexicalRank: candidate.lexicalRank,
            denseRank: candidate.denseRank, rerankScore: refined.rerankScores[place]))
      }
    }
    return hits
  }
}

/// Candidates of a query, as a model learns from them.
package struct QuestionCandidates: Sendable {
  /// Of each candidate; `nil` for one that was deleted meanwhile.
  package var documents: [String?]
  /// Shape `[candidates, CandidateFeatures.names]`.
  package var features: Matrix
  /// Fused score of each.
  package var scores: [Double]
  /// Of the query, shape `[d]`.
  package var vector: [Float]?
  /// Shape `[candidates, d]`.
  package var passages: Matrix
}

/// Documents that answer a query, best first, each once.
package struct DocumentRanking: Hashable, Sendable {
  package var documents: [String] = []
  /// Of the best chunk of each.
  package var scores: [Double] = []
  /// What was done otherwise than asked, and why; `nil` where nothing was.
  package var degraded: String?

  init(ranked: [(document: String, score: Double)], limit: Int, degraded: String?) {
    self.degraded = degraded
    var seen: Set<DocumentPath> = []
    for entry in ranked where seen.count < limit && seen.insert(DocumentPath(entry.document)).inserted {
      documents.append(entry.document)
      scores.append(entry.score)
    }
  }
}
