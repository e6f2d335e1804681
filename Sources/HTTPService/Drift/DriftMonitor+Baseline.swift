import Catalog
import Embeddings
import Foundation
import IndexStore
import Kernels
import Retrieval

extension DriftMonitor {
  /// Gathers what a baseline holds.
  func baseline(
    _ served: ServedCollection, id: Int64, from start: Double, to end: Double, sentinels: [String]?
  ) async throws -> DriftBaseline {
    let snapshot = try served.collection.snapshot()
    let model = snapshot.configuration.embedding.weightsHash
    let corpus = try CorpusSample(served.collection, from: 0, to: end)
    let asked = try home.catalog.observedQuestions(ofCollection: id, from: start, to: end)
    let rated = try home.catalog.feedbackCounts(ofCollection: served.collection.name, from: start, to: end)
    let kept = asked.filter { $0.vector != nil && $0.model == model }
    let vectors = SeededSample.of(kept, limit: DriftBaseline.vectorRows).compactMap(\.vector)
    let canaries = try await served.tools.embedder?.embed(CanaryTexts.all, as: .query).matrix
    let probes = try sentinels ?? Self.sentinels(asked, corpus: corpus, snapshot: snapshot)
    let lists = try await Self.rankedLists(of: probes, served: served, threads: settings.threads)
    return DriftBaseline(
      model: model, canaries: canaries.map { .init($0) }, corpus: .init(corpus.vectors),
      corpusFolders: corpus.chunks.map { DocumentFacts.folder(of: $0.documentID) },
      documents: SeededSample.of(corpus.facts, limit: DriftBaseline.factRows),
      questions: vectors.isEmpty ? nil : .init(Self.matrix(vectors)),
      asked: SeededSample.of(asked, limit: DriftBaseline.factRows).map(QuestionFacts.init),
      ratedUp: rated.up, ratedDown: rated.down,
      sentinels: zip(probes, lists).map { DriftBaseline.Sentinel(question: $0, documents: $1) })
  }

  private static let sentinelCount = 50

  /// Kept questions, each once; where texts are not kept, headings of the documents, or their first words.
  private static func sentinels(
    _ asked: [ObservedQuestion], corpus: CorpusSample, snapshot: CollectionSnapshot
  ) throws -> [String] {
    var seen: Set<[UInt8]> = []
    let texts = asked.filter { seen.insert($0.textHash).inserted }.compactMap(\.text)
    if texts.count >= sentinelCount / 2 { return SeededSample.of(texts, limit: sentinelCount) }
    let chunks = SeededSample.of(corpus.chunks, limit: sentinelCount).map { ChunkID(bytes: $0.id) }
    let contents = try snapshot.contents(of: chunks)
    var probes: [String] = []
    for id in chunks {
      guard let content = contents[id] else { continue }
      let heading = content.record.chunk.headingPath.suffix(2).joined(separator: " ")
      let probe =
        heading.isEmpty
        ? content.text.split(whereSeparator: \.isWhitespace).prefix(12).joined(separator: " ") : heading
      if !probe.isEmpty, !probes.contains(probe) { probes.append(probe) }
    }
    return probes
  }

  /// Documents that each question finds, best first: as many as a page shows.
  static func rankedLists(
    of questions: [String], served: ServedCollection, threads: Int
  ) async throws -> [[String]] {
    guard !questions.isEmpty else { return [] }
    let retriever = Retriever(collection: served.collection, embedder: served.tools.embedder)
    let queries = questions.map { text in
      var query = RetrievalQuery(text)
      query.readsSyntax = false
      return query
    }
    return try await retriever.rankings(queries, threads: threads).map(\.documents)
  }

  static func matrix(_ rows: [[Float]]) -> Matrix {
    Matrix(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
  }
}
