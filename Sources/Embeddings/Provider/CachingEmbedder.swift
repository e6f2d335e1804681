import Kernels
import Synchronization

/// Embeds through a cache: asks its base only for texts that the cache lacks, each once.
///
/// A cache that fails is counted and passed by; embedding goes on. Rows from the cache, and repeated texts, count
/// no tokens, since none went through the model.
package final class CachingEmbedder: Embedder {
  /// Since the start.
  package struct Statistics: Hashable, Sendable {
    /// Texts answered without the model, repeated ones included.
    package var hits = 0
    package var misses = 0
    /// Reads and writes of the cache that threw.
    package var cacheFailures = 0

    package init(hits: Int = 0, misses: Int = 0, cacheFailures: Int = 0) {
      self.hits = hits
      self.misses = misses
      self.cacheFailures = cacheFailures
    }
  }

  private let base: any Embedder
  private let cache: any EmbeddingCache
  private let counts = Mutex(Statistics())

  package init(_ base: any Embedder, cache: any EmbeddingCache) {
    self.base = base
    self.cache = cache
  }

  package var identity: EmbeddingModelIdentity { base.identity }
  package var statistics: Statistics { counts.withLock { $0 } }

  package func knows(_ letter: Unicode.Scalar) -> Bool { base.knows(letter) }

  package func countTokens(_ text: Substring) -> Int {
    base.countTokens(text)
  }

  /// - Throws: what the base throws.
  package func embed(
    _ texts: [String], as role: EmbeddingRole
  ) async throws(EmbeddingError) -> EmbeddingBatch {
    let identity = identity
    let keys = texts.map { EmbeddingCacheKey(identity, role, $0) }
    var vectors = await cached(keys)
    var missing: [Int] = []
    var isMissing: Set<EmbeddingCacheKey> = []
    for (index, key) in keys.enumerated() where vectors[key] == nil && isMissing.insert(key).inserted {
      missing.append(index)
    }
    counts.withLock { counts in
      counts.hits += texts.count - missing.count
      counts.misses += missing.count
    }

    var tokenCounts = [Int](repeating: 0, count: texts.count)
    if !missing.isEmpty {
      let batch = try await base.embed(missing.map { texts[$0] }, as: role)
      for (row, index) in missing.enumerated() {
        vectors[keys[index]] = batch.matrix.row(row)
        tokenCounts[index] = batch.tokenCounts[row]
      }
      await store(missing.map { (keys[$0], vectors[keys[$0]] ?? []) })
    }
    var values: [Float] = []
    values.reserveCapacity(texts.count * identity.dimension)
    for key in keys { values += vectors[key] ?? [] }
    return EmbeddingBatch(
      matrix: Matrix(rows: texts.count, columns: identity.dimension, values: values), tokenCounts: tokenCounts
    )
  }

  /// What the cache has of `keys`, without vectors that cannot be this model's.
  private func cached(_ keys: [EmbeddingCacheKey]) async -> [EmbeddingCacheKey: [Float]] {
    guard !keys.isEmpty else { return [:] }
    let cache = cache
    do {
      let dimension = identity.dimension
      return try await Parallel.offPool { try cache.vectors(for: keys) }.filter { _, vector in
        vector.count == dimension && Self.isUnit(vector)
      }
    } catch {
      counts.withLock { $0.cacheFailures += 1 }
      return [:]
    }
  }

  private func store(_ vectors: [(key: EmbeddingCacheKey, vector: [Float])]) async {
    let cache = cache
    do {
      try await Parallel.offPool { try cache.store(vectors) }
    } catch {
      counts.withLock { $0.cacheFailures += 1 }
    }
  }

  /// Damage, such as a value that is not finite, shows in the length.
  private static func isUnit(_ vector: [Float]) -> Bool {
    abs(vector.reduce(0.0) { $0 + Double($1) * Double($1) } - 1) < 0.01
  }
}
