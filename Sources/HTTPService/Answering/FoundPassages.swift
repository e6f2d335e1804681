import Generation
import IndexStore
import Retrieval

/// What retrieval found for a question, ready for an answerer.
package struct FoundPassages: Sendable {
  package var result: RetrievalResult
  package var passages: [ContextPassage]
  /// The question as it was searched: rewritten where there was a conversation.
  package var asked: String
  /// Wordings that were searched beside it.
  package var expansions: [String]
  /// What was done otherwise than asked; `nil` where nothing was.
  package var degraded: String?
  /// Milliseconds by stage.
  package var timings: [String: Double]

  /// - Throws: `RetrievalError`, `AdmissionError`.
  static func find(
    _ question: AskedQuestion, in collection: DocumentCollection, with tools: AnsweringTools,
    gate: AdmissionGate?
  ) async throws -> FoundPassages {
    var watch = ContinuousClock.now
    var stages: [String: Double] = [:]
    var reasons: [String] = []
    var query = question.query
    // Other ways to ask.
    var others: [RetrievalQuery] = []
    if let model = tools.model {
      let expansion = QueryExpansion(model: model, library: tools.prompts)
      if !question.history.isEmpty {
        do {
          query.text = try await expansion.standalone(
            query.text, history: question.history, deadline: question.share(3))
        } catch {
          reasons.append("rewrite_unavailable")
        }
        stages["rewrite"] = watch.lap()
      }
      if question.expansion != .none {
        do {
          others = try await expansion.queries(beside: query, question)
        } catch {
          reasons.append("expansion_unavailable")
        }
        stages["expand"] = watch.lap()
      }
    } else if !question.history.isEmpty || question.expansion != .none {
      reasons.append("no_llm_for_rewriting")
    }
    let retriever = tools.retriever(of: collection)
    let all = [query] + others
    let topK = query.topK
    let context = tools.context
    let (result, passages, contextTime) = try await AdmissionGate.run(gate, deadline: question.deadline) {
      var results: [RetrievalResult] = []
      for query in all { results.append(try await retriever.retrieve(query)) }
      let joined = Self.joined(results, topK: topK)
      var watch = ContinuousClock.now
      let passages = try context.passages(joined)
      return (joined, passages, watch.lap())
    }
    if let degraded = result.degraded { reasons.append(degraded) }
    stages.merge(result.timings) { $0 + $1 }
    stages["context"] = contextTime
    return FoundPassages(
      result: result, passages: passages, asked: query.text, expansions: others.map(\.text),
      degraded: reasons.isEmpty ? nil : reasons.joined(separator: ", "), timings: stages)
  }

  /// The first result with the hits of all, by reciprocal rank.
  ///
  /// - Source: Cormack et al., Reciprocal Rank Fusion (2009), k = 60.
  private static func joined(_ results: [RetrievalResult], topK: Int) -> RetrievalResult {
    var joined = results[0]
    guard results.count > 1 else { return joined }
    var scores: [ChunkID: Double] = [:]
    var hits: [ChunkID: ScoredChunk] = [:]
    for result in results {
      for (rank, hit) in result.hits.enumerated() {
        scores[hit.id, default: 0] += 1 / Double(60 + rank + 1)
        if hits[hit.id] == nil { hits[hit.id] = hit }
      }
    }
    let order = scores.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }
    joined.hits = order.prefix(topK).compactMap { id, score in
      var hit = hits[id]
      hit?.score = score
      return hit
    }
    return joined
  }
}

extension QueryExpansion {
  /// What is searched beside `query`.
  fileprivate func queries(beside query: RetrievalQuery, _ question: AskedQuestion) async throws
    -> [RetrievalQuery]
  {
    var texts: [String] = []
    switch question.expansion {
    case .none: break
    case .queries(let count):
      texts = try await queries(for: query.text, count: count, deadline: question.share(3))
    case .hypothesis:
      texts = [try await hypothesis(for: query.text, deadline: question.share(3))]
    }
    return texts.filter { !$0.isEmpty }.map { text in
      var other = query
      other.text = text
      // What a model made up is no place for quotes and minus signs.
      other.readsSyntax = false
      if question.expansion == .hypothesis, query.mode == .hybrid { other.mode = .dense }
      return other
    }
  }
}

extension AskedQuestion {
  /// One part of `parts` of the time that is left.
  fileprivate func share(_ parts: Int) -> Duration? { remaining.map { $0 / parts } }
}

extension ContinuousClock.Instant {
  /// Milliseconds since the last lap.
  mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { self = now }
    return duration(to: now).milliseconds
  }
}
