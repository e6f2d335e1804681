import Foundation

/// Runs a reranker over the head of a ranking, within its time.
struct RerankStage {
  /// What came of it.
  enum Outcome: Sendable {
    /// New scores of the head, in its order.
    case scores([Double])
    /// Why the order stays as it was.
    case skipped(String)
  }

  let reranker: any Reranker
  let options: RerankOptions

  /// - Returns: `.skipped("reranker_timeout")` past the budget, `.skipped("reranker_failed: …")` for an error: a
  ///   reranker never costs the answer.
  func run(question: String, passages: [String]) async -> Outcome {
    guard let budget = options.budget else { return await Self.scores(reranker, question, passages) }
    let reranker = reranker
    return await withTaskGroup(of: Outcome?.self) { group in
      group.addTask { await Self.scores(reranker, question, passages) }
      group.addTask {
        try? await Task.sleep(for: budget)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first ?? .skipped("reranker_timeout")
    }
  }

  private static func scores(
    _ reranker: any Reranker, _ question: String, _ passages: [String]
  ) async -> Outcome {
    do {
      let scores = try await reranker.scores(question: question, passages: passages)
      guard scores.count == passages.count, scores.allSatisfy(\.isFinite) else {
        return .skipped("reranker_failed: it gave \(scores.count) scores for \(passages.count) passages")
      }
      return .scores(scores)
    } catch is CancellationError {
      return .skipped("reranker_timeout")
    } catch {
      return .skipped("reranker_failed: \(error)")
    }
  }
}
