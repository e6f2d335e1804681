import ArgumentParser
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
    var latencies = Latencies()
    var stages: [String: Latencies] = [:]
    let begin = ProcessUsage.now
    for _ in 0..<rounds {
      for answer in try await measure(texts, asks) {
        latencies.append(answer.seconds)
        for (stage, milliseconds) in answer.stages {
          stages[stage, default: Latencies()].append(milliseconds)
        }
      }
    }
    let used = ProcessUsage.since(begin)
    let count = Double(texts.count * rounds)
    let resident = ProcessUsage.residentBytes
    Terminal.out(
      JSONValue.object([
        ("queries", .integer(texts.count)), ("rounds", .integer(rounds)), ("clients", .integer(clients)),
        ("through", .string(url == nil ? "process" : "http")),
        ("queries_per_second", .number(count / used.wall)),
        ("p50_ms", .number(latencies.quantile(0.5) * 1000)),
        ("p99_ms", .number(latencies.quantile(0.99) * 1000)),
        ("cpu_ms_per_query", .number(used.cpu / count * 1000)),
        ("open_to_first_answer_ms", .number(firstAnswer.wall * 1000)),
        ("stage_p50_ms", JSONValue(timings: stages.mapValues { $0.quantile(0.5) })),
        ("resident_anonymous_bytes", .integer(resident.anonymous)),
        ("resident_file_bytes", .integer(resident.files)),
      ]).description)
  }

  /// Answers one question.
  private struct Asker: Sendable {
    var ask: @Sendable (String) async throws -> [String: Double]
  }

  private struct Asked: Sendable {
    var seconds: Double
    /// Milliseconds.
    var stages: [String: Double]
  }

  private func asker() async throws -> Asker {
    if let url {
      let transport = try CurlTransport(CurlTransport.Options(proxy: .direct))
      let topK = retrieval.topK ?? 10
      let mode = (retrieval.mode ?? .hybrid).rawValue
      return Asker { text in
        let body = JSONValue.object([
          ("query", .string(text)), ("top_k", .integer(topK)), ("mode", .string(mode)),
        ])
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
            asked.append(Asked(seconds: ProcessUsage.since(start).wall, stages: stages))
          }
          return asked
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }
}
