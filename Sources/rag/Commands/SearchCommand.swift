import ArgumentParser
import HTTPService
import IndexStore
import Retrieval

struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find the passages that fit a question best.",
    discussion: """
      EXAMPLES
        rag search "how is drift measured"
        rag search "PSI threshold" --mode lexical --top-k 3
        rag search "canary" --filter "format = 'pdf' and page <= 2" --json
        cat queries.txt | rag search --batch --json
      """)

  @Argument(help: "The question.")
  var question: String?

  @Flag(help: "Read questions from standard input, a line each; print one JSON object a line.")
  var batch = false

  @OptionGroup var global: GlobalOptions
  @OptionGroup var retrieval: RetrievalOptions

  func validate() throws {
    if batch == (question != nil) {
      throw ValidationError("Give a question, or --batch with questions on stdin.")
    }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let query = try retrieval.query(question ?? "", settings: wiring.settings, topK: 10)
    let opened = try await retrieval.open(wiring, mode: query.mode, quiet: global.quiet)
    if batch {
      while let line = readLine() {
        var next = query
        next.text = line
        Terminal.out(try await opened.retriever.retrieve(next).json.description)
      }
      return
    }
    let result = try await opened.retriever.retrieve(query)
    if global.json {
      Terminal.out(result.json.description)
      return
    }
    result.noteDegradation(quiet: global.quiet)
    if result.hits.isEmpty { Terminal.out("Nothing was found.") }
    for (index, hit) in result.hits.enumerated() {
      Terminal.out(Self.line(hit, rank: index + 1))
    }
  }

  private static func line(_ hit: ScoredChunk, rank: Int) -> String {
    let chunk = hit.content.record.chunk
    var place = hit.placeInWords
    if !chunk.headingPath.isEmpty { place += " — " + chunk.headingPath.joined(separator: " › ") }
    let words = hit.content.shownText.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ")
    let excerpt = words.count > 240 ? words.prefix(240) + "…" : words[...]
    let score = (hit.score * 1000).rounded() / 1000
    return "\(rank). [\(score)] \(place)\n   \(excerpt)"
  }
}

extension RetrievalResult {
  /// Tells people on standard error what was done otherwise than asked.
  func noteDegradation(quiet: Bool) {
    guard !quiet else { return }
    for correction in corrections {
      Terminal.note("Note: '\(correction.word)' is in no passage; searched for '\(correction.term)' instead.")
    }
    guard let degraded else { return }
    for reason in degraded.split(separator: ",").map({ $0.trimmingPrefix { $0 == " " } }) {
      switch reason {
      case "query_script_unknown_to_model":
        Terminal.note("Note: the embedding model does not know the query's script; words alone decide.")
      case "embedding_unavailable":
        Terminal.note("Note: the query could not be embedded; words alone decide.")
      case "reranker_timeout":
        Terminal.note("Note: the reranker was not done in its time; the order is that of the fusion.")
      default:
        Terminal.note("Note: \(reason)")
      }
    }
  }
}
