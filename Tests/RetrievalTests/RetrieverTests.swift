import Catalog
import Documents
import Embeddings
import IndexStore
import Kernels
import LexicalIndex
import Retrieval
import TestSupport
import Testing

@Suite struct RetrieverTests {
  let folder = TemporaryFolder()

  /// A collection in several segments, some of it deleted.
  func sample(_ count: Int, seed: UInt64) throws -> (
    SampleCollection, [String: (text: String, metadata: [String: MetadataValue])]
  ) {
    let sample = try SampleCollection(path: folder("home"))
    var generator = SeededGenerator(seed: seed)
    var live: [String: (text: String, metadata: [String: MetadataValue])] = [:]
    let writer = try sample.writer()
    for batch in stride(from: 0, to: count, by: 40) {
      let documents = (batch..<min(count, batch + 40)).map { index in
        let words = (0..<Int.random(in: 3...15, using: &generator))
          .map { _ in "w\(Int.random(in: 0..<40, using: &generator))" }
        var metadata: [String: MetadataValue] = [
          "year": .number(Double(2000 + index % 25)), "tag": .list(["t\(index % 3)", "u\(index % 5)"]),
        ]
        if index % 4 == 0 { metadata["draft"] = .bool(index % 8 == 0) }
        let document = sample.document("d\(index)", words.joined(separator: " "), metadata: metadata)
        live[document.record.id] = (words.joined(separator: " "), metadata)
        return document
      }
      try sample.commit(documents, to: writer)
    }
    for index in stride(from: 0, to: count, by: 9) {
      try writer.remove(files: [try #require(try sample.row("d\(index)"))])
      live["d\(index)"] = nil
    }
    return (sample, live)
  }

  /// The filter by its definition, on one document.
  func matches(_ filter: FilterExpression, _ metadata: [String: MetadataValue]) -> Bool {
    func values(_ field: String) -> [FieldValue] {
      switch metadata[field] {
      case nil: []
      case .string(let value)?: [.string(value)]
      case .number(let value)?: [.number(value)]
      case .bool(let value)?: [.bool(value)]
      case .list(let values)?: values.map { .string($0) }
      }
    }
    func sameKind(_ a: FieldValue, _ b: FieldValue) -> Bool {
      switch (a, b) {
      case (.bool, .bool), (.number, .number), (.string, .string): true
      default: false
      }
    }
    switch filter {
    case .compare(let field, let comparison, let value):
      return switch comparison {
      case .eq: values(field).contains(value)
      case .ne: !values(field).contains(value)
      case .gt: values(field).contains { sameKind($0, value) && $0 > value }
      case .gte: values(field).contains { sameKind($0, value) && $0 >= value }
      case .lt: values(field).contains { sameKind($0, value) && $0 < value }
      case .lte: values(field).contains { sameKind($0, value) && $0 <= value }
      }
    case .isIn(let field, let wanted): return values(field).contains { wanted.contains($0) }
    case .exists(let field): return !values(field).isEmpty
    case .and(let parts): return parts.allSatisfy { matches($0, metadata) }
    case .or(let parts): return parts.contains { matches($0, metadata) }
    case .not(let part): return !matches(part, metadata)
    }
  }

  @Test func filteredSearchAgreesWithBruteForce() async throws {
    let seed: UInt64 = 77
    let (sample, live) = try sample(400, seed: seed)
    let retriever = Retriever(
      collection: try DocumentCollection("main", in: sample.home), embedder: sample.embedder)
    let filters = [
      nil, "year >= 2020", "year < 2003 or tag = 't1'", "not tag in ('t0', 'u4')", "draft = true",
      "draft != true",
      "missing = 1", "missing != 1", "year > 'text'", "tag > 't1' and tag <= 'u2'",
      "year = 2004 and not draft = false", "draft exists", "not draft exists and year < 2012",
      "missing exists or tag exists and draft = false", "not missing exists",
    ]
    var generator = SeededGenerator(seed: seed)
    for text in filters {
      let filter = try text.map { try FilterParser.parse($0) }
      let allowed = live.filter { document in
        filter.map { matches($0, document.value.metadata) } ?? true
      }
      for _ in 0..<4 {
        let question = (0..<3).map { _ in "w\(Int.random(in: 0..<45, using: &generator))" }.joined(
          separator: " ")
        var query = RetrievalQuery(question)
        query.filter = filter
        query.topK = 1000
        query.depth = 1000
        query.mode = .dense
        let dense = try await retriever.retrieve(query)
        #expect(Set(dense.hits.map(\.content.documentID)) == Set(allowed.keys), "\(text ?? "none")")
        let vector = sample.embedder.vector(question)
        for hit in dense.hits.prefix(20) {
          let other = sample.embedder.vector(hit.content.text)
          let cosine = zip(vector, other).reduce(Float(0)) { $0 + $1.0 * $1.1 }
          #expect(abs(Double(cosine) - hit.score) < 1e-4)
        }
        query.mode = .lexical
        let lexical = try await retriever.retrieve(query)
        let wanted = allowed.filter { document in
          !Set(document.value.text.split(separator: " ").map(String.init))
            .isDisjoint(with: question.split(separator: " ").map(String.init))
        }
        #expect(Set(lexical.hits.map(\.content.documentID)) == Set(wanted.keys), "\(text ?? "none")")
        query.mode = .hybrid
        query.topK = 10
        let hybrid = try await retriever.retrieve(query)
        #expect(hybrid.hits.allSatisfy { allowed[$0.content.documentID] != nil })
        #expect(hybrid.allowedChunks == (filter == nil ? nil : allowed.count))
        #expect(zip(hybrid.hits, hybrid.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
      }
    }
  }

  private struct BrokenEmbedder: Embedder {
    let identity = HashingEmbedder().identity
    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      throw EmbeddingError(.providerUnavailable, "the provider is down")
    }
    func countTokens(_ text: Substring) -> Int { 1 }
  }

  private struct LatinOnlyEmbedder: Embedder {
    let inner = HashingEmbedder()
    var identity: EmbeddingModelIdentity { inner.identity }
    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      try await inner.embed(texts, as: role)
    }
    func countTokens(_ text: Substring) -> Int { 1 }
    func knows(_ letter: Unicode.Scalar) -> Bool { letter.isASCII }
  }

  @Test func aMissingLegIsSaid() async throws {
    let (sample, _) = try sample(80, seed: 5)
    let collection = try DocumentCollection("main", in: sample.home)
    let broken = Retriever(collection: collection, embedder: BrokenEmbedder())
    let result = try await broken.retrieve(RetrievalQuery("w3 w5"))
    #expect(result.degraded == "embedding_unavailable")
    #expect(result.mode == .lexical)
    #expect(!result.hits.isEmpty)
    var dense = RetrievalQuery("w3")
    dense.mode = .dense
    let error = await #expect(throws: RetrievalError.self) { try await broken.retrieve(dense) }
    #expect(error?.code == .embeddingUnavailable)

    let unknown = try await Retriever(collection: collection, embedder: sample.embedder)
      .retrieve(RetrievalQuery("nothing of this is indexed"))
    #expect(unknown.mode == .dense)
    #expect(unknown.degraded == nil)

    let gated = Retriever(collection: collection, embedder: LatinOnlyEmbedder())
    #expect(
      try await gated.retrieve(RetrievalQuery("ドリフトの監視 w3")).degraded == "query_script_unknown_to_model")
    #expect(try await gated.retrieve(RetrievalQuery("drift monitoring 監視 w3")).degraded == nil)
  }
}
