import IndexStore
import Kernels
import Retrieval
import TestSupport
import Testing

@Suite struct LearnedRankingTests {
  /// One split: what the dense leg scored below 0.5 loses 10.
  private func ranking(scale: Double = 1, depth: Int = 50) throws -> LearnedRanking {
    let column = Int32(try #require(CandidateFeatures.names.firstIndex(of: "lexical_score")))
    let trees = try #require(
      TreeEnsemble(
        nodes: [
          TreeEnsemble.Node(feature: column, value: 0.0001, left: 1, missingGoesLeft: true), .leaf(-10),
          .leaf(0),
        ], roots: [0], outputs: [0], base: [0], featureCount: CandidateFeatures.names.count))
    return try #require(LearnedRanking(identity: "reranker.main/1", trees: trees, scale: scale, depth: depth))
  }

  private func results(_ models: RetrievalModels, _ sample: SampleCollection, _ mode: RetrievalMode = .hybrid)
    async throws
    -> RetrievalResult
  {
    var query = RetrievalQuery("otter river")
    query.mode = mode
    query.topK = 10
    return try await Retriever(
      collection: try DocumentCollection(sample.name, in: sample.home), embedder: sample.embedder,
      models: { models }
    ).retrieve(query)
  }

  @Test func learnedOrderIsApplied() async throws {
    let folder = TemporaryFolder()
    let sample = try SampleCollection(path: folder("home"))
    let writer = try sample.writer()
    try sample.commit(
      (0..<8).map {
        sample.document("d\($0)", $0 % 2 == 0 ? "an otter swims in the river \($0)" : "a badger sleeps \($0)")
      },
      to: writer)
    let plain = try await results(RetrievalModels(), sample)
    #expect(plain.reranker == nil)
    let learned = try await results(RetrievalModels(ranking: try ranking()), sample)
    #expect(learned.reranker == "reranker.main/1", "what ordered is said")
    // Those with the words first, in the order that they had among themselves.
    let words = plain.hits.filter { ($0.lexicalScore ?? 0) > 0 }.map(\.id)
    #expect(Array(learned.hits.map(\.id).prefix(words.count)) == words)
    #expect(zip(learned.hits, learned.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
    // One leg alone is not reordered.
    #expect(try await results(RetrievalModels(ranking: try ranking()), sample, .dense).reranker == nil)
    // A depth of one changes nothing.
    let shallow = try await results(RetrievalModels(ranking: try ranking(depth: 1)), sample)
    #expect(shallow.hits.map(\.id) == plain.hits.map(\.id))
  }

  @Test func adaptersTurnQuestions() throws {
    var turn = Matrix(rows: 2, columns: 2)
    turn.values = [-1, 1, 1, -1]
    let adapter = try #require(QueryAdapter(identity: "query-adapter.main/1", matrix: turn))
    #expect(adapter.adapted([1, 0]) == [0, 1])
    #expect(adapter.adapted([1, 0, 0]) == [1, 0, 0], "another dimension is left alone")
    #expect(QueryAdapter(identity: "", matrix: Matrix(rows: 2, columns: 3)) == nil)
    let wrong = TreeEnsemble(nodes: [.leaf(0)], roots: [0], outputs: [0], base: [0], featureCount: 2)
    #expect(LearnedRanking(identity: "", trees: try #require(wrong), scale: 1, depth: 5) == nil)
  }
}
