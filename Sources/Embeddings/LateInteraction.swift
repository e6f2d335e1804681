import Kernels
import Synchronization

/// Scores passages by the best match of each token of the question, over the states of the embedding model itself.
///
/// - Source: Khattab, Zaharia, "ColBERT: efficient and effective passage search via contextualized late interaction
///   over BERT", SIGIR 2020; here with a model that was not trained for it.
package struct LateInteraction: Sendable {
  private let embedder: LocalEmbedder

  package init(embedder: LocalEmbedder) {
    self.embedder = embedder
  }

  package var identity: String {
    "maxsim/\(embedder.identity.model)@\(embedder.identity.weightsHash.prefix(12))"
  }

  /// One score a passage: the mean over the question's tokens of the largest cosine to a token of the passage.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  /// - Complexity: O(passages × tokens of both × dimension) beside the encoder's.
  package func scores(question: String, passages: [String]) async throws -> [Double] {
    let isCancelled = Atomic<Bool>(false)
    return try await withTaskCancellationHandler {
      try await Parallel.offPool {
        let check: @Sendable () -> Bool = { isCancelled.load(ordering: .relaxed) }
        let states = try embedder.tokenStates([question], as: .query, isCancelled: check)
        let query = states[0]
        return try embedder.tokenStates(passages, as: .passage, isCancelled: check).map {
          Self.maximumSimilarity(query, $0)
        }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
  }

  /// - Parameters:
  ///   - query: unit rows, shape `[m, d]`.
  ///   - passage: unit rows, shape `[n, d]`.
  /// - Returns: −1…1; −1 where either has no rows.
  package static func maximumSimilarity(_ query: Matrix, _ passage: Matrix) -> Double {
    guard query.rows > 0, passage.rows > 0 else { return -1 }
    let kernels = VectorKernels.current
    let width = query.columns
    var sum = 0.0
    query.values.withUnsafeBufferPointer { questions in
      passage.values.withUnsafeBufferPointer { passages in
        guard let first = questions.baseAddress, let second = passages.baseAddress else { return }
        for row in 0..<query.rows {
          var best = -Float.infinity
          for other in 0..<passage.rows {
            best = max(best, kernels.dot(first + row * width, second + other * width, width))
          }
          sum += Double(best)
        }
      }
    }
    return sum / Double(query.rows)
  }
}
