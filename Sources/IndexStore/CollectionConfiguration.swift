import Documents
import Embeddings
import Foundation
import Kernels
import LexicalIndex
import VectorIndex

/// Everything that decides what a collection's segments hold; fixed for a generation.
package struct CollectionConfiguration: Codable, Hashable, Sendable {
  package var embedding: EmbeddingModelIdentity
  package var chunking: ChunkingOptions
  package var analyzer: AnalyzerConfiguration
  package var bm25: BM25Parameters
  package var hnsw: HNSWParameters
  package var metric: Metric

  package init(
    embedding: EmbeddingModelIdentity, chunking: ChunkingOptions = ChunkingOptions(),
    analyzer: AnalyzerConfiguration = AnalyzerConfiguration(), bm25: BM25Parameters = BM25Parameters(),
    hnsw: HNSWParameters = HNSWParameters(), metric: Metric = .cosine
  ) {
    self.embedding = embedding
    self.chunking = chunking
    self.analyzer = analyzer
    self.bm25 = bm25
    self.hnsw = hnsw
    self.metric = metric
  }

  /// JSON with sorted keys: equal configurations give equal text.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Encoding plain structs of numbers and strings cannot fail.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// - Throws: `IndexStoreError.corrupted` where `json` is not a configuration.
  package init(json: String) throws(IndexStoreError) {
    do {
      self = try JSONDecoder().decode(CollectionConfiguration.self, from: Data(json.utf8))
    } catch {
      throw IndexStoreError(
        .corrupted, "the collection's configuration in the catalog cannot be read: \(error)",
        underlying: error)
    }
  }

  /// Names how documents are cut, as recorded with each chunk.
  package var chunkerIdentity: String {
    // The identity follows from the options alone.
    Chunker(options: chunking, countTokens: { _ in 0 }).identity
  }

  /// Refuses to add vectors of another model or profile than the collection's.
  ///
  /// - Throws: `IndexStoreError.configurationMismatch`.
  package func requireSameModel(
    as other: EmbeddingModelIdentity, collection: String
  ) throws(IndexStoreError) {
    try requireComparableModel(to: other, collection: collection)
    guard other != embedding else { return }
    throw IndexStoreError(
      .configurationMismatch,
      "collection '\(collection)' was embedded with the profile \(embedding.profile.rawValue), but this processor "
        + "computes \(other.profile.rawValue): searching works, but ingest where the processor has AVX512-BF16 and "
        + "AVX512-VNNI, or into another collection")
  }

  /// Refuses to search with vectors of another model than the collection's.
  ///
  /// - Throws: `IndexStoreError.configurationMismatch`.
  package func requireComparableModel(
    to other: EmbeddingModelIdentity, collection: String
  ) throws(IndexStoreError) {
    guard !embedding.isComparable(to: other) else { return }
    throw IndexStoreError(
      .configurationMismatch,
      "collection '\(collection)' was embedded with \(Self.summary(embedding)), but this is "
        + "\(Self.summary(other)). Vectors of two models cannot be compared: name the collection's model with "
        + "--model, or ingest into another collection")
  }

  private static func summary(_ model: EmbeddingModelIdentity) -> String {
    "\(model.model) (\(model.dimension) dimensions, \(model.pooling.rawValue) pooling, weights "
      + "\(model.weightsHash.prefix(12)))"
  }
}
