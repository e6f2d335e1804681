import ArgumentParser
import Embeddings
import Evaluation
import Foundation
import HTTPService
import Kernels
import Storage

struct BenchEmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Measure the embedding model.",
    discussion: """
      Embeds the lines of a file --rounds times and prints medians. Queries are embedded one at a time.

      EXAMPLE
        rag bench embed --texts passages.txt --queries queries.txt --profile fast --threads 1
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Passages, one a line.", valueName: "file"))
  var texts: String

  @Option(
    help: ArgumentHelp("Questions, one a line; the texts' first 23 word pieces otherwise.", valueName: "file")
  )
  var queries: String?

  @Option(help: "How exactly it computes: exact, faithful or fast.")
  var profile: EmbeddingProfile?

  @Option(help: "Embedding model by name.")
  var model: String?

  @Option(help: "Threads.")
  var threads: Int?

  @Option(help: "Times that everything is done.")
  var rounds = 5

  @Option(help: ArgumentHelp("NumPy file of the texts' vectors to compare with, float32.", valueName: "file"))
  var reference: String?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
    if rounds < 1 { throw ValidationError("--rounds must be at least 1") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let passages = try Self.lines(texts)
    let start = ProcessUsage.now
    let opened = try await wiring.embedder(named: model, threads: threads, profile: profile)
    guard let embedder = opened as? LocalEmbedder else {
      throw UsageError("bench embed measures the model in this process: embedding.provider must be local")
    }
    _ = embedder.embedSynchronously(["warm"])
    let firstVector = ProcessUsage.since(start).wall
    let questions = try queries.map(Self.lines) ?? Self.questions(of: passages, embedder)

    var wall: [Double] = []
    var cpu: [Double] = []
    var tokenizing: [Double] = []
    var latencies: [Double] = []
    var batch = embedder.embedSynchronously(Array(passages.prefix(8)))
    for _ in 0..<rounds {
      var start = ProcessUsage.now
      batch = embedder.embedSynchronously(passages)
      let used = ProcessUsage.since(start)
      wall.append(used.wall)
      cpu.append(used.cpu)
      start = ProcessUsage.now
      var count = 0
      for text in passages { count += embedder.tokenizer.encode(text, limit: .max).count }
      tokenizing.append(Double(count) / ProcessUsage.since(start).wall)
      for question in questions {
        let start = ProcessUsage.now
        _ = embedder.embedSynchronously([question], as: .query)
        latencies.append(ProcessUsage.since(start).wall)
      }
    }
    latencies.sort()
    let tokens = Double(batch.tokenCounts.reduce(0, +))
    var members: [(String, JSONValue)] = [
      ("model", .string(embedder.identity.model)), ("profile", .string(embedder.identity.profile.rawValue)),
      ("threads", .integer(threads ?? wiring.settings.threads)), ("texts", .integer(passages.count)),
      ("tokens", .integer(Int(tokens))), ("rounds", .integer(rounds)),
      ("tokens_per_second", .number(tokens / Self.median(wall))),
      ("tokens_per_cpu_second", .number(tokens / Self.median(cpu))),
      ("documents_per_second", .number(Double(passages.count) / Self.median(wall))),
      ("queries", .integer(questions.count)),
      ("query_p50_ms", .number(Bootstrap.quantile(latencies, 0.5) * 1e3)),
      ("query_p99_ms", .number(Bootstrap.quantile(latencies, 0.99) * 1e3)),
      ("tokenizer_tokens_per_second", .number(Self.median(tokenizing))),
      ("open_and_first_vector_ms", .number(firstVector * 1e3)),
    ]
    if let reference { members += try Self.cosines(batch.matrix, to: reference) }
    Terminal.out(JSONValue.object(members).description)
  }

  private static func lines(_ path: String) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("\(path): the file cannot be read")
    }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    guard !lines.isEmpty else { throw UsageError("\(path): there is no line in it") }
    return lines
  }

  /// The beginnings of `passages` that take 23 tokens, special ones included; those of shorter ones are left out.
  private static func questions(of passages: [String], _ embedder: LocalEmbedder) -> [String] {
    passages.prefix(200).compactMap { passage in
      var words = passage.split(separator: " ")[...].prefix(40)
      while words.count > 1, embedder.tokenizer.count(Substring(words.joined(separator: " "))) > 21 {
        words.removeLast()
      }
      let text = words.joined(separator: " ")
      return embedder.tokenizer.count(Substring(text)) == 21 ? text : nil
    }
  }

  private static func median(_ values: [Double]) -> Double {
    Bootstrap.quantile(values.sorted(), 0.5)
  }

  private static func cosines(_ matrix: Matrix, to path: String) throws -> [(String, JSONValue)] {
    let reference = try NumPyFile<Float>(contentsOf: path)
    guard reference.rows == matrix.rows, reference.columns == matrix.columns else {
      throw UsageError(
        "\(path): shape \(reference.rows) × \(reference.columns), but the vectors have "
          + "\(matrix.rows) × \(matrix.columns)")
    }
    var least = 1.0
    var sum = 0.0
    for row in 0..<matrix.rows {
      var dot = 0.0
      var squares = (0.0, 0.0)
      for column in 0..<matrix.columns {
        let x = Double(matrix.values[row * matrix.columns + column])
        let y = Double(reference.values[row * matrix.columns + column])
        dot += x * y
        squares.0 += x * x
        squares.1 += y * y
      }
      let cosine = dot / (squares.0 * squares.1).squareRoot()
      least = min(least, cosine)
      sum += cosine
    }
    return [("cosine_min", .number(least)), ("cosine_mean", .number(sum / Double(matrix.rows)))]
  }
}
