import Kernels

/// A correction of the fused order that was learned from judgements: trees over `CandidateFeatures`.
package struct LearnedRanking: Sendable {
  /// Name and version, for lineage.
  package var identity: String
  package var trees: TreeEnsemble
  /// Of the fused score, which the trees' sum is added to.
  package var scale: Double
  /// Candidates that are put in order; those behind follow as they were.
  package var depth: Int

  /// `nil` for trees over other features, or with more than one output.
  package init?(identity: String, trees: TreeEnsemble, scale: Double, depth: Int) {
    guard trees.featureCount == CandidateFeatures.names.count, trees.base.count == 1, depth > 0,
      scale.isFinite
    else { return nil }
    self.identity = identity
    self.trees = trees
    self.scale = scale
    self.depth = depth
  }

  /// - Parameter candidates: by fused score, best first.
  /// - Returns: by learned score; equal ones as they were. Scores fall through the whole list.
  /// - Complexity: O(depth × trees × depth of a tree).
  func ordered(_ candidates: [CandidateSearch.Candidate], terms: Int) -> [CandidateSearch.Candidate] {
    let head = candidates.prefix(depth)
    guard head.count > 1 else { return candidates }
    let corrections = trees.scores(CandidateFeatures.matrix(head, terms: terms)).values
    let scores = zip(corrections, head).map { Double($0) + scale * $1.score }
    let order = head.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    var result = order.map { place in
      var candidate = head[place]
      candidate.score = scores[place]
      return candidate
    }
    let floor = result[result.count - 1].score
    for (place, candidate) in candidates.dropFirst(depth).enumerated() {
      var candidate = candidate
      candidate.score = floor - Double(place + 1) * 1e-6
      result.append(candidate)
    }
    return result
  }
}

/// A linear map of question vectors, learned from judgements; passages stay as they are.
package struct QueryAdapter: Sendable {
  package var identity: String
  /// Shape `[d, d]`: what is added to a question's vector is its product with this.
  package var matrix: Matrix

  /// `nil` for a matrix that is not square.
  package init?(identity: String, matrix: Matrix) {
    guard matrix.rows == matrix.columns, matrix.rows > 0 else { return nil }
    self.identity = identity
    self.matrix = matrix
  }

  /// - Parameter vector: shape `[d]`, unit length.
  /// - Returns: shape `[d]`, unit length; the vector as it is where its dimension is another.
  /// - Complexity: O(d²).
  package func adapted(_ vector: [Float]) -> [Float] {
    guard vector.count == matrix.columns else { return vector }
    var result = vector
    for row in 0..<matrix.rows {
      var sum: Float = 0
      for column in 0..<matrix.columns {
        sum += matrix.values[row * matrix.columns + column] * vector[column]
      }
      result[row] += sum
    }
    let length = result.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? result.map { $0 / length } : vector
  }
}

/// How the legs are joined, chosen from judgements.
package struct LearnedFusion: Sendable {
  package var identity: String
  package var method: FusionMethod
  /// Candidates of each leg.
  package var depth: Int

  package init(identity: String, method: FusionMethod, depth: Int) {
    self.identity = identity
    self.method = method
    self.depth = depth
  }
}

/// What was learned for a collection's questions; nothing where nothing serves.
package struct RetrievalModels: Sendable {
  package var ranking: LearnedRanking?
  package var adapter: QueryAdapter?
  package var fusion: LearnedFusion?
  /// Confidence below which no answer is given.
  package var threshold: Double?

  package init(
    ranking: LearnedRanking? = nil, adapter: QueryAdapter? = nil, fusion: LearnedFusion? = nil,
    threshold: Double? = nil
  ) {
    self.ranking = ranking
    self.adapter = adapter
    self.fusion = fusion
    self.threshold = threshold
  }

  func applied(to query: RetrievalQuery) -> RetrievalQuery {
    guard let fusion, !query.hasChosenFusion else { return query }
    var query = query
    query.fusion = fusion.method
    query.depth = fusion.depth
    return query
  }
}
