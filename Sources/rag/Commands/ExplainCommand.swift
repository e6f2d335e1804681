import ArgumentParser
import HTTPService
import IndexStore
import Retrieval

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Show how an answer came about: terms, candidates of each index, scores, what was cut, the context.",
    discussion: """
      EXAMPLES
        rag explain "How is a canary rolled back?"
        rag explain "canary" --filter "format = 'pdf'" --json
      """)

  @Argument(help: "The question.")
  var question: String

  @OptionGroup var global: GlobalOptions
  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: "Candidates to show.")
  var candidates = 20

  func run() async throws {
    let wiring = try Wiring(global)
    let query = try retrieval.query(question, settings: wiring.settings, topK: 5)
    let opened = try await retrieval.open(wiring, mode: query.mode, quiet: global.quiet)
    let answered = try await AnsweredQuestion.ask(
      AskedQuestion(query), of: opened.collection, with: try opened.tools(wiring.settings))
    let explanation = try Explanation(answered, shown: candidates)
    Terminal.out(global.json ? explanation.json.description : explanation.text)
  }
}

/// What `rag explain` shows.
private struct Explanation {
  private let answered: AnsweredQuestion
  private let rows: [(candidate: Candidate, documentID: String, fate: String)]

  init(_ answered: AnsweredQuestion, shown: Int) throws {
    self.answered = answered
    let result = answered.result
    let kept = Set(result.hits.map(\.id))
    let inContext = Set(answered.passages.flatMap(\.chunkIDs))
    let candidates = Array(result.candidates.prefix(shown))
    let contents = try result.snapshot.contents(of: candidates.map(\.id))
    rows = candidates.enumerated().map { place, candidate in
      let fate =
        if inContext.contains(candidate.id) {
          "context"
        } else if kept.contains(candidate.id) {
          "cut: no room in the context"
        } else if contents[candidate.id] == nil {
          "cut: deleted meanwhile"
        } else {
          "cut: rank \(place + 1) is past the \(answered.query.topK) wanted"
        }
      return (candidate, contents[candidate.id]?.documentID ?? "?", fate)
    }
  }

  var json: JSONValue {
    let result = answered.result
    return .object([
      ("query", .string(answered.query.text)),
      ("mode", .string(result.mode.rawValue)),
      ("degraded", JSONValue(result.degraded)),
      (
        "terms",
        .array(
          result.terms.map {
            .object([("term", .string($0.term)), ("document_frequency", .integer($0.documentFrequency))])
          })
      ),
      ("corrections", result.correctionsJSON),
      ("filter", JSONValue(answered.query.filter?.description)),
      ("allowed_chunks", JSONValue(result.allowedChunks)),
      ("total_chunks", .integer(result.snapshot.liveChunkCount)),
      ("fusion", .string(answered.query.fusion.identity)),
      ("reranker", JSONValue(result.reranker)),
      ("candidates_total", .integer(result.candidates.count)),
      (
        "candidates",
        .array(
          rows.map { row in
            .object([
              ("chunk_id", .string(row.candidate.id.description)), ("document_id", .string(row.documentID)),
              ("lexical", JSONValue(row.candidate.lexicalScore)),
              ("lexical_rank", JSONValue(row.candidate.lexicalRank)),
              ("dense", JSONValue(row.candidate.denseScore)),
              ("dense_rank", JSONValue(row.candidate.denseRank)),
              ("reranker", JSONValue(row.candidate.rerankScore)),
              ("fused", .number(row.candidate.fusedScore)), ("fate", .string(row.fate)),
            ])
          })
      ),
      (
        "context",
        .array(
          answered.passages.map { passage in
            .object(
              [
                ("document_id", .string(passage.documentID)), ("start", .integer(passage.range.lowerBound)),
                ("end", .integer(passage.range.upperBound)), ("page", JSONValue(passage.page)),
                ("heading", .string(passage.headingPath.joined(separator: " › "))),
                ("text", .string(passage.text)),
              ] + (passage.header.map { [("header", .string($0))] } ?? []))
          })
      ),
      ("result", answered.json),
    ])
  }

  var text: String {
    let result = answered.result
    var lines = ["query      \(answered.query.text)"]
    lines.append("mode       \(result.mode.rawValue)" + (result.degraded.map { " (\($0))" } ?? ""))
    lines.append(
      "terms      " + result.terms.map { "\($0.term)×\($0.documentFrequency)" }.joined(separator: " "))
    for correction in result.corrections {
      lines.append(
        "spelling   \(correction.word) is in no chunk: \(correction.term)×\(correction.documentFrequency) instead "
          + "(\(correction.distance) \(correction.distance == 1 ? "edit" : "edits") away)")
    }
    if let allowed = result.allowedChunks {
      lines.append(
        "filter     \(answered.query.filter.map { "\($0): " } ?? "")\(allowed) of "
          + "\(result.snapshot.liveChunkCount) chunks")
    }
    lines.append("fusion     \(answered.query.fusion.identity), \(result.candidates.count) candidates")
    if let reranker = result.reranker { lines.append("reranker   \(reranker)") }
    lines.append("")
    lines.append("rank  fused    bm25 (rank)      cosine (rank)   document, and what became of it")
    func cell(_ score: Double?, _ rank: Int?) -> String {
      let number = score.map { String(($0 * 1000).rounded() / 1000) } ?? "-"
      return (number + " (" + (rank.map(String.init) ?? "-") + ")").padded(to: 16)
    }
    for (place, row) in rows.enumerated() {
      let fused = String((row.candidate.fusedScore * 1000).rounded() / 1000)
      lines.append(
        String(place + 1).padded(to: 6) + fused.padded(to: 9)
          + cell(row.candidate.lexicalScore, row.candidate.lexicalRank) + " "
          + cell(row.candidate.denseScore, row.candidate.denseRank) + row.documentID + ": " + row.fate)
    }
    lines.append("")
    for (index, passage) in answered.passages.enumerated() {
      lines.append(
        "context \(index + 1): \(passage.documentID), bytes \(passage.range.lowerBound)-\(passage.range.upperBound)"
          + (passage.headingPath.isEmpty ? "" : " — " + passage.headingPath.joined(separator: " › ")))
      if let header = passage.header {
        lines.append("  (column names of the table that it goes on with)")
        lines.append(contentsOf: header.split(separator: "\n").map { "  | " + $0 })
      }
      lines.append(contentsOf: passage.text.split(separator: "\n").map { "  | " + $0 })
    }
    lines.append("")
    lines.append(
      "answer     \(answered.answer.text ?? "none: \(answered.answer.abstention?.rawValue ?? "")")")
    lines.append("confidence \((answered.answer.confidence * 1000).rounded() / 1000)")
    return lines.joined(separator: "\n")
  }
}
