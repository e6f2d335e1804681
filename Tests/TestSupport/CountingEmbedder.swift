import Embeddings
import Synchronization

/// The hashing embedder, which counts the texts that it is given.
package final class CountingEmbedder: Embedder {
  private let base = HashingEmbedder()
  private let counter = Mutex(0)

  package init() {}

  package var identity: EmbeddingModelIdentity { base.identity }

  /// Texts that were embedded so far.
  package var count: Int { counter.withLock { $0 } }

  package func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch
  {
    counter.withLock { $0 += texts.count }
    return try await base.embed(texts, as: role)
  }

  package func countTokens(_ text: Substring) -> Int { base.countTokens(text) }
}
