import ArgumentParser
import Documents
import Foundation
import HTTPService
import Kernels
import LexicalIndex
import Storage

struct BenchLexicalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lexical",
    abstract: "Measure the BM25 index, on one thread.",
    discussion: """
      Builds one segment's index of a corpus, opens it and asks it. Indexing holds analysis, the writing of the files \
      and their sync; a query begins with its text and ends with its best passages.

      EXAMPLES
        rag bench lexical --corpus corpus.jsonl --queries queries.txt --top-k 10 --verify
      """)

  @Option(help: ArgumentHelp("Passages as BEIR has them: _id, title, text a line.", valueName: "file"))
  var corpus: String?

  @Option(help: ArgumentHelp("Queries, one a line; may be given more than once.", valueName: "file"))
  var queries: [String] = []

  @Option(help: "Passages that each query returns.")
  var topK = 10

  @Option(help: "Times that all queries are asked, after once to warm up.")
  var rounds = 3

  @Option(
    help: ArgumentHelp(
      "Folder of the index: made with --corpus, used as it is without, and kept.", valueName: "folder"))
  var index: String?

  @Flag(help: "Compare every result with the scores of all passages; exit code 10 where one differs.")
  var verify = false

  func validate() throws {
    if corpus == nil && index == nil { throw ValidationError("--corpus or --index is needed") }
    if topK < 1 || rounds < 1 { throw ValidationError("--top-k and --rounds must be at least 1") }
  }

  func run() async throws {
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    let folder = index ?? NSTemporaryDirectory() + "rag-bench-lexical-\(getpid())"
    defer { if index == nil { try? Folder.remove(folder) } }
    var report: [(String, JSONValue)] = []
    if let corpus { report += try build(corpus, analyzer, in: folder) }

    let opening = ProcessUsage.now
    let reader = try LexicalIndexReader(folder: folder)
    report.append(("open_ms", .number(ProcessUsage.since(opening).wall * 1e3)))
    let session = LexicalBenchSession(reader: reader, analyzer: analyzer, topK: topK)
    var differing = 0
    var searches: [JSONValue] = []
    for file in queries {
      let texts = String(decoding: try Folder.readFile(file, limit: 1 << 30), as: UTF8.self)
        .split(separator: "\n").map(String.init)
      guard !texts.isEmpty else { throw UsageError("\(file) holds no queries") }
      var figures = session.measure(texts, rounds: rounds)
      if verify {
        let count = session.differing(texts)
        differing += count
        figures.append(("differing_queries", .integer(count)))
      }
      searches.append(.object([("file", .string(URL(fileURLWithPath: file).lastPathComponent))] + figures))
    }
    report.append(("searches", .array(searches)))
    report.append(("resident_bytes", .integer(ServiceMetrics.residentBytes)))
    Terminal.out(JSONValue.object(report).description)
    if differing > 0 { throw ExitCode(10) }
  }

  private func build(_ corpus: String, _ analyzer: Analyzer, in folder: String) throws -> [(
    String, JSONValue
  )] {
    let texts = try self.texts(corpus)
    try Folder.create(folder)
    let before = ServiceMetrics.residentBytes
    let start = ProcessUsage.now
    var builder = LexicalIndexBuilder(analyzer: analyzer)
    for text in texts { builder.add(text) }
    let added = ProcessUsage.since(start)
    let files = try LexicalIndexSerializer.write(builder, to: folder)
    let used = ProcessUsage.since(start)
    let count = Double(texts.count)
    return [
      ("documents", .integer(texts.count)),
      ("index_docs_per_cpu_second", .number(count / used.cpu)),
      ("index_docs_per_second", .number(count / used.wall)),
      ("index_add_cpu_seconds", .number(added.cpu)),
      ("index_write_cpu_seconds", .number(used.cpu - added.cpu)),
      ("index_memory_bytes", .integer(ServiceMetrics.residentBytes - before)),
      ("index_bytes", .integer(files.reduce(0) { $0 + $1.bytes })),
      ("index_file_bytes", .object(files.map { ($0.name, .integer($0.bytes)) })),
    ]
  }

  private func texts(_ corpus: String) throws -> [String] {
    var texts: [String] = []
    var lines = BEIRReader(bytes: try Folder.readFile(corpus, limit: 1 << 34))
    while let record = try lines.next() {
      texts.append(record.title.isEmpty ? record.text : record.title + " " + record.text)
    }
    return texts
  }
}
