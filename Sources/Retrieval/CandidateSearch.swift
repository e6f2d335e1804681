import IndexStore
import Kernels
import LexicalIndex

/// Asks the indexes of a snapshot for one query and joins what they return. Runs on the calling thread.
struct CandidateSearch: Sendable {
  let snapshot: CollectionSnapshot
  let plan: QueryPlan
  /// `nil` leaves the dense leg out.
  let vector: [Float]?
  /// Candidates that rerankers and adjustments choose from, at least.
  let pool: Int
  /// Orders what both legs found together, where something was learned.
  let ranking: LearnedRanking?

  /// A chunk that some leg returned.
  struct Candidate: Sendable {
    var segment: Int
    var ordinal: Ordinal
    var lexicalScore: Double?
    var denseScore: Double?
    var lexicalRank: Int?
    var denseRank: Int?
    var score = 0.0
  }

  struct Outcome: Sendable {
    /// Best first.
    var candidates: [Candidate]
    /// Legs that were asked.
    var mode: RetrievalMode
  }

  private var query: RetrievalQuery { plan.query }

  /// - Parameter watch: gets the laps `lexical`, `dense` and `fuse`.
  func run(_ watch: inout StageWatch) -> Outcome {
    let asksLexical =
      query.mode == .lexical || query.mode == .hybrid && (!plan.knownTerms.isEmpty || vector == nil)
    let wanted = max(query.topK, pool)
    let depth = query.mode == .hybrid ? max(query.depth, wanted) : wanted
    var lexical: [Hit] = []
    if asksLexical {
      lexical = merged(depth) { reader, index in
        reader.lexicalSearch(
          plan.knownTerms, k: depth, statistics: plan.statistics, allowed: plan.allowed[index])
      }
    }
    watch.lap("lexical")
    var dense: [Hit] = []
    if let vector {
      dense = merged(depth) { reader, index in
        reader.denseSearch(
          vector, k: depth, efSearch: query.efSearch, isExact: query.isExact, allowed: plan.allowed[index])
      }
    }
    watch.lap("dense")
    var candidates = union(lexical, dense)
    if asksLexical { addLexicalScores(&candidates) }
    if let vector { addDenseScores(&candidates, vector) }
    let isFused = asksLexical && vector != nil
    var ranked = rank(candidates, fusion: isFused ? query.fusion : nil)
    if isFused, let ranking { ranked = ranking.ordered(ranked, terms: plan.knownTerms.count) }
    watch.lap("fuse")
    return Outcome(candidates: ranked, mode: isFused ? .hybrid : (vector != nil ? .dense : .lexical))
  }

  func chunkID(_ candidate: Candidate) -> ChunkID {
    snapshot.segments[candidate.segment].reader.chunkID(candidate.ordinal)
  }

  /// A hit of one leg in one segment.
  private struct Hit {
    var segment: Int
    var ordinal: Ordinal
    var score: Float
  }

  /// The best of all segments: by score, then segment, then ordinal.
  private func merged(_ depth: Int, search: (SegmentReader, Int) -> [ScoredOrdinal]) -> [Hit] {
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

  private func union(_ lexical: [Hit], _ dense: [Hit]) -> [Candidate] {
    struct Place: Hashable {
      var segment: Int
      var ordinal: Ordinal
    }
    var places: [Place: Int] = [:]
    var candidates: [Candidate] = []
    for (isLexical, leg) in [(true, lexical), (false, dense)] {
      for (offset, hit) in leg.enumerated() {
        let place = Place(segment: hit.segment, ordinal: hit.ordinal)
        let index: Int
        if let known = places[place] {
          index = known
        } else {
          index = candidates.count
          places[place] = index
          candidates.append(Candidate(segment: hit.segment, ordinal: hit.ordinal))
        }
        if isLexical {
          candidates[index].lexicalRank = offset + 1
          candidates[index].lexicalScore = Double(hit.score)
        } else {
          candidates[index].denseRank = offset + 1
          candidates[index].denseScore = Double(hit.score)
        }
      }
    }
    return candidates
  }

  /// Adds the scores of chunks that only the other leg returned.
  private func addLexicalScores(_ candidates: inout [Candidate]) {
    forEachSegment(candidates, lacking: \.lexicalScore) { segment, indices in
      let scores = snapshot.segments[segment].reader.lexicalScores(
        plan.knownTerms, ordinals: indices.map { candidates[$0].ordinal }, statistics: plan.statistics)
      for (index, score) in zip(indices, scores) { candidates[index].lexicalScore = Double(score) }
    }
  }

  private func addDenseScores(_ candidates: inout [Candidate], _ vector: [Float]) {
    forEachSegment(candidates, lacking: \.denseScore) { segment, indices in
      let scores = snapshot.segments[segment].reader.denseScores(
        vector, ordinals: indices.map { candidates[$0].ordinal })
      for (index, score) in zip(indices, scores) { candidates[index].denseScore = Double(score) }
    }
  }

  private func forEachSegment(
    _ candidates: [Candidate], lacking score: KeyPath<Candidate, Double?>, _ body: (Int, [Int]) -> Void
  ) {
    let lacking = candidates.indices.filter { candidates[$0][keyPath: score] == nil }
    let groups = Dictionary(grouping: lacking) { candidates[$0].segment }
    for (segment, indices) in groups.sorted(by: { $0.key < $1.key }) { body(segment, indices) }
  }

  /// Orders candidates by fused score, or by the one leg that was asked; ties by place in the collection.
  private func rank(_ candidates: [Candidate], fusion: FusionMethod?) -> [Candidate] {
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
}
