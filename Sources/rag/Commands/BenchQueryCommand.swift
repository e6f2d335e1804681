import ArgumentParser
import Evaluation
import Foundation
import HTTPService
import Retrieval
import Transport

struct BenchQueryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Measure searches of a collection from end to end, in this process or through HTTP.",
    discussion: """
      Each client asks again as soon as it has its answer.

      EXAMPLES
        rag bench query --collection scifact --queries queries.txt --clients 8
        rag bench query --queries queries.txt --url http://127.0.0.1:7700/search --clients 8
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: ArgumentHelp("Questions, one a line.", valueName: "file"))
  var queries: String

  @Option(help: ArgumentHelp("Send the questions to a running 'rag serve' instead.", valueName: "url"))
  var url: String?

  @Option(help: "Questions under way at a time.")
  var clients = 1

  @Option(help: "Times that all questions are asked, after once to warm up.")
  var rounds = 3

  func validate() throws {
    guard clients >= 1, rounds >= 1 else {
      throw ValidationError("--clients and --rounds must be at least 1")
    }
    let options = retrieval
    let hasOthers =
      [options.filter, options.fusion, options.reranker, options.model].contains { $0 != nil }
      || options.depth != nil || options.efSearch != nil || options.exact || options.plain
    if url != nil, hasOthers {
      throw ValidationError("With --url only --collection, --mode and --top-k go to the server.")
    }
  }

  func run() async throws {
    let start = ProcessUsage.now
    let texts: [String]
    do {
      texts = try String(contentsOfFile: queries, encoding: .utf8).split(separator: "\n").map(String.init)
    } catch {
      throw UsageError("\(queries): cannot be read: \(error.localizedDescription)")
    }
    guard let first = texts.first else { throw UsageError("\(queries) holds no questions") }
    let asks = try await asker()
    _ = try await asks.ask(first)
    let firstAnswer = ProcessUsage.since(start)
    _ = try await measure(texts, asks)
    var milliseconds: [Double] = []
    var stages: [String: [Double]] = [:]
    let begin = ProcessUsage.now
    for _ in 0..<rounds {
      for answer in try await measure(texts, asks) {
        milliseconds.append(answer.milliseconds)
        for (stage, time) in answer.stages { stages[stage, default: []].append(time) }
      }
    }
    let used = ProcessUsage.since(begin)
    let count = Double(texts.count * rounds)
    milliseconds.sort()
    Terminal.out(
      JSONValue.object([
        ("queries", .integer(texts.count)), ("rounds", .integer(rounds)), ("clients", .integer(clients)),
        ("through", .string(url == nil ? "process" : "http")),
        ("queries_per_second", .number(count / used.wall)),
        ("p50_ms", .number(Bootstrap.quantile(milliseconds, 0.5))),
        ("p99_ms", .number(Bootstrap.quantile(milliseconds, 0.99))),
        // Through HTTP it is the server that works: its figures are its own to tell.
        ("cpu_ms_per_query", url == nil ? .number(used.cpu / count * 1000) : .null),
        ("open_to_first_answer_ms", .number(firstAnswer.wall * 1000)),
        ("stage_p50_ms", JSONValue(timings: stages.mapValues { Bootstrap.quantile($0.sorted(), 0.5) })),
        ("resident_bytes", url == nil ? .integer(ServiceMetrics.residentBytes) : .null),
      ]).description)
  }

  /// Answers one question; gives milliseconds by stage.
  private struct Asker: Sendable {
    var ask: @Sendable (String) async throws -> [String: Double]
  }

  private struct Asked: Sendable {
    var milliseconds: Double
    /// Milliseconds by stage; none through HTTP.
    var stages: [String: Double]
  }

  private func asker() async throws -> Asker {
    if let url {
      let transport = try CurlTransport(CurlTransport.Options(proxy: .direct))
      let topK = retrieval.topK ?? 10
      let mode = (retrieval.mode ?? .hybrid).rawValue
      let collection = retrieval.collection
      return Asker { text in
        var members: [(String, JSONValue)] = [
          ("query", .string(text)), ("top_k", .integer(topK)), ("mode", .string(mode)),
        ]
        if let collection { members.append(("collection", .string(collection))) }
        let body = JSONValue.object(members)
        let answer = try await transport.send(
          TransportRequest(.post, url, headers: ["Content-Type": "application/json"], body: body.bytes))
        guard answer.status == 200 else { throw UsageError("\(url) answers with status \(answer.status)") }
        return [:]
      }
    }
    let wiring = try Wiring(global)
    let query = try retrieval.query("", settings: wiring.settings, topK: 10)
    let opened = try await retrieval.open(wiring, mode: query.mode, quiet: global.quiet)
    let retriever = opened.retriever
    return Asker { text in
      var next = query
      next.text = text
      return try await retriever.retrieve(next).timings
    }
  }

  /// Asks all questions once.
  private func measure(_ texts: [String], _ asker: Asker) async throws -> [Asked] {
    let clients = clients
    return try await withThrowingTaskGroup(of: [Asked].self) { group in
      for client in 0..<clients {
        group.addTask {
          var asked: [Asked] = []
          for index in stride(from: client, to: texts.count, by: clients) {
            let start = ProcessUsage.now
            let stages = try await asker.ask(texts[index])
            asked.append(Asked(milliseconds: ProcessUsage.since(start).wall * 1000, stages: stages))
          }
          return asked
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }
}
