import Catalog
import Foundation
import IndexStore
import Kernels

/// Chunks of a time, all or a seeded sample of them, with their vectors.
struct CorpusSample: Sendable {
  /// By segment and ordinal.
  let chunks: [ChunkOrigin]
  /// Of all chunks of the time.
  let facts: [DocumentFacts]
  /// Shape `[chunks.count, dimension]`.
  let vectors: Matrix

  /// - Parameters:
  ///   - start: seconds since 1970; documents that came in from here …
  ///   - end: … to before here.
  /// - Throws: `CatalogError`, `IndexStoreError`.
  /// - Complexity: O(chunks of the collection).
  init(_ collection: DocumentCollection, from start: Double, to end: Double) throws {
    let snapshot = try collection.snapshot()
    let all = try collection.home.catalog.chunkOrigins(
      generation: snapshot.collection.servingGeneration, from: start, to: end)
    facts = DocumentFacts.of(all)
    let readers = Dictionary(
      snapshot.segments.map { ($0.reader.number, $0.reader) }, uniquingKeysWith: { first, _ in first })
    var kept: [ChunkOrigin] = []
    var values: [Float] = []
    for chunk in SeededSample.of(all, limit: DriftBaseline.vectorRows) {
      // A merge may have moved it since the snapshot.
      guard let reader = readers[chunk.segment], Int(chunk.ordinal) < reader.chunkCount,
        reader.chunkID(chunk.ordinal).bytes == chunk.id
      else { continue }
      kept.append(chunk)
      values += reader.vectors([chunk.ordinal])
    }
    chunks = kept
    vectors = Matrix(
      rows: kept.count, columns: snapshot.configuration.embedding.dimension, values: values)
  }
}

/// A sample that is the same every time.
enum SeededSample {
  /// - Returns: at most `limit` elements, in their order.
  /// - Complexity: O(elements).
  static func of<Element>(_ elements: [Element], limit: Int) -> [Element] {
    guard elements.count > limit else { return elements }
    var generator = SplitMix64(seed: 42)
    var order = Array(elements.indices)
    for place in 0..<limit { order.swapAt(place, place + generator.below(order.count - place)) }
    return order.prefix(limit).sorted().map { elements[$0] }
  }
}
