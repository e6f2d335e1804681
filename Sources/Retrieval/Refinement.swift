import IndexStore
import Kernels

/// What happens to a ranking after fusion: reranker, boosts, diversity, near-duplicates, in this order.
struct Refinement {
  let snapshot: CollectionSnapshot
  let plan: QueryPlan
  let reranker: (any Reranker)?

  /// A candidate with its passage.
  private struct Entry {
    var candidate: CandidateSearch.Candidate
    var content: StoredChunk
    var rerankScore: Double?
  }

  struct Outcome {
    /// Best first.
    var candidates: [CandidateSearch.Candidate]
    /// Reranker's scores, by place in `candidates`.
    var rerankScores: [Double?]
    /// The reranker that ran.
    var reranker: String?
    /// Why it did not, where it should have.
    var degraded: String?
  }

  /// Candidates that it looks at.
  var pool: Int { Self.pool(plan.query, reranker: reranker) }

  static func pool(_ query: RetrievalQuery, reranker: (any Reranker)?) -> Int {
    max(
      reranker == nil ? 0 : query.rerank.depth,
      query.adjustments.isActive ? max(query.topK, RankAdjustments.pool) : 0)
  }

  /// - Parameter candidates: by fused score.
  /// - Throws: `IndexStoreError` where passages cannot be read. A reranker that fails is no error.
  func run(_ candidates: [CandidateSearch.Candidate]) async throws(IndexStoreError) -> Outcome {
    let untouched = Outcome(
      candidates: candidates, rerankScores: Array(repeating: nil, count: candidates.count))
    guard pool > 0, !candidates.isEmpty else { return untouched }
    let ids = candidates.prefix(pool).map {
      snapshot.segments[$0.segment].reader.chunkID($0.ordinal)
    }
    let contents = try snapshot.contents(of: ids)
    // Chunks that were deleted meanwhile drop out here.
    var head = zip(candidates, ids).compactMap { candidate, id in
      contents[id].map { Entry(candidate: candidate, content: $0) }
    }
    let tail = Array(candidates.dropFirst(pool))
    var degraded: String?
    var identity: String?
    if let reranker {
      switch await rerank(&head, reranker) {
      case nil: identity = reranker.identity
      case let reason: degraded = reason
      }
    }
    boost(&head)
    if let lambda = plan.query.adjustments.diversity { diversify(&head, lambda: lambda) }
    if plan.query.adjustments.removesNearDuplicates {
      head = NearDuplicates.distinct(head.map(\.content.text)).map { head[$0] }
    }
    return Outcome(
      candidates: head.map(\.candidate) + Self.below(head.last?.candidate.score, tail),
      rerankScores: head.map(\.rerankScore) + tail.map { _ in nil }, reranker: identity, degraded: degraded)
  }

  /// Orders the head by the reranker.
  ///
  /// - Returns: why it was skipped, or `nil`.
  private func rerank(_ head: inout [Entry], _ reranker: any Reranker) async -> String? {
    let options = plan.query.rerank
    let count = min(options.depth, head.count)
    let stage = RerankStage(reranker: reranker, options: options)
    let passages = head[..<count].map { snapshot.readingText(of: $0.content) }
    let outcome = await stage.run(question: plan.words, passages: passages)
    let scores: [Double]
    switch outcome {
    case .skipped(let reason): return reason
    case .scores(let values): scores = values
    }
    let fused = Self.standardized(head[..<count].map(\.candidate.score))
    let read = Self.standardized(scores)
    for index in 0..<count {
      head[index].rerankScore = scores[index]
      head[index].candidate.score = options.weight * read[index] + (1 - options.weight) * fused[index]
    }
    let places = Array(0..<count).sorted {
      (head[$1].candidate.score, $0) < (head[$0].candidate.score, $1)
    }
    // Those that are not kept follow in the order that they had.
    let kept = places.prefix(options.kept ?? count)
    let dropped = places.dropFirst(kept.count).sorted()
    let floor = kept.last.map { head[$0].candidate.score }
    let rest = (dropped.map { head[$0] } + head[count...])
    let settled = zip(
      rest,
      Self.below(
        floor,
        rest.enumerated().map { place, entry in
          var candidate = entry.candidate
          // Of the dropped ones the place tells more than a score that no longer orders them.
          if place < dropped.count { candidate.score = -Double(place) }
          return candidate
        })
    ).map { entry, candidate in
      var entry = entry
      entry.candidate = candidate
      return entry
    }
    head = kept.map { head[$0] } + settled
    return nil
  }

  private func boost(_ head: inout [Entry]) {
    let adjustments = plan.query.adjustments
    guard adjustments.recency != nil || adjustments.authority != nil else { return }
    let unit = Self.deviation(head.map(\.candidate.score))
    for index in head.indices {
      let metadata = head[index].content.metadata
      let value =
        (adjustments.recency?.value(metadata) ?? 0) + (adjustments.authority?.value(metadata) ?? 0)
      head[index].candidate.score += value * unit
    }
    head = head.enumerated().sorted { a, b in
      (b.element.candidate.score, a.offset) < (a.element.candidate.score, b.offset)
    }.map(\.element)
  }

  private func diversify(_ head: inout [Entry], lambda: Double) {
    let vectors = head.map { entry in
      snapshot.segments[entry.candidate.segment].reader.vectors([entry.candidate.ordinal])
    }
    let order = Diversity.order(
      scores: head.map(\.candidate.score), vectors: vectors, lambda: lambda, count: plan.query.topK)
    head = order.map { head[$0] }
  }

  /// Candidates with their scores moved under `floor` and kept falling, so that scores still tell the order.
  private static func below(
    _ floor: Double?, _ candidates: [CandidateSearch.Candidate]
  ) -> [CandidateSearch.Candidate] {
    guard let floor, let first = candidates.first, first.score >= floor else { return candidates }
    var moved = candidates
    var last = floor
    for index in moved.indices {
      let step = index == 0 ? 0 : max(0, candidates[index - 1].score - candidates[index].score)
      last -= max(step, 1e-9)
      moved[index].score = last
    }
    return moved
  }

  private static func deviation(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  private static func standardized(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    let deviation = deviation(values) + 1e-9
    return values.map { ($0 - mean) / deviation }
  }
}
