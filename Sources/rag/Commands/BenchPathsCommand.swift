import ArgumentParser
import Embeddings
import Evaluation
import Foundation
import HTTPService
import Kernels
import LexicalIndex
import Storage
import VectorIndex

struct BenchPathsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paths",
    abstract: "Run one hot path on made-up data, for counting its instructions.",
    discussion: """
      .ci/check_instructions.py runs each under callgrind with two numbers of repeats and compares the difference with
      the stored figure.

      EXAMPLES
        rag bench paths walk --repeats 20
      """)

  enum Path: String, ExpressibleByArgument, CaseIterable {
    /// A search of the graph: 2,000 vectors of 384 dimensions, ten nearest.
    case walk
    /// A search of the words: 4,000 passages, eight terms, ten best.
    case bm25
    /// Tokens of a passage of 100 words.
    case tokenize
  }

  @OptionGroup var global: GlobalOptions

  @Argument(help: "walk, bm25 or tokenize.")
  var path: Path

  @Option(help: "How often.")
  var repeats = 10

  func validate() throws {
    guard repeats >= 1 else { throw ValidationError("--repeats must be at least 1") }
  }

  func run() throws {
    let scratch = TemporaryHome(purpose: "paths")
    try Folder.create(scratch.path)
    var generator = SplitMix64(seed: 7)
    let checksum =
      switch path {
      case .walk: try walk(scratch.path, &generator)
      case .bm25: try bm25(scratch.path, &generator)
      case .tokenize: try tokenize(&generator)
      }
    Terminal.out(
      JSONValue.object([
        ("path", .string(path.rawValue)), ("repeats", .integer(repeats)), ("checksum", .integer(checksum)),
      ]).description)
  }

  private func walk(_ folder: String, _ generator: inout SplitMix64) throws -> Int {
    let dimension = 384
    let count = 2000
    let values = (0..<count * dimension).map { _ in Float.random(in: -1...1, using: &generator) }
    let rows = VectorRowsBuilder(Matrix(rows: count, columns: dimension, values: values), metric: .cosine)
    var parameters = HNSWParameters()
    parameters.efConstruction = 40
    _ = try VectorRowsSerializer.write(rows, to: folder)
    _ = try HNSWSerializer.write(HNSWBuilder(rows, parameters: parameters, threads: 1), to: folder)
    let graph = try HNSWReader(
      folder: folder,
      rows: try VectorRowsReader(folder: folder, count: count, dimension: dimension, metric: .cosine),
      parameters: parameters)
    var checksum = 0
    for _ in 0..<repeats {
      let query = (0..<dimension).map { _ in Float.random(in: -1...1, using: &generator) }
      checksum &+= graph.search(query, k: 10, efSearch: 64).hits.reduce(0) { $0 &+ Int($1.ordinal) }
    }
    return checksum
  }

  private func bm25(_ folder: String, _ generator: inout SplitMix64) throws -> Int {
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    var builder = LexicalIndexBuilder(analyzer: analyzer)
    let count = 4000
    for _ in 0..<count { builder.add(Self.words(100, &generator)) }
    _ = try LexicalIndexSerializer.write(builder, to: folder)
    let reader = try LexicalIndexReader(folder: folder, documentCount: count)
    var checksum = 0
    for _ in 0..<repeats {
      let terms = QueryTerm.terms(of: Self.words(8, &generator), analyzer: analyzer)
      var statistics = CorpusStatistics()
      statistics.add(reader, terms: terms)
      let hits = reader.search(terms, k: 10, parameters: BM25Parameters(), statistics: statistics)
      checksum &+= hits.reduce(0) { $0 &+ Int($1.ordinal) }
    }
    return checksum
  }

  private func tokenize(_ generator: inout SplitMix64) throws -> Int {
    let store = ModelStore(root: try Settings(global: global).modelsFolder)
    let tokenizer = try ModelDirectory(path: try store.directory(of: PinnedModel.allMiniLML6v2.name))
      .tokenizer()
    let text = Self.words(100, &generator)
    var checksum = 0
    for _ in 0..<repeats { checksum &+= tokenizer.count(text[...]) }
    return checksum
  }

  /// Made-up words, few of them often and many seldom.
  private static func words(_ count: Int, _ generator: inout SplitMix64) -> String {
    let syllables = [
      "ka", "ro", "mi", "ten", "sul", "ver", "do", "pra", "lin", "gos", "be", "tur", "an", "wex",
    ]
    return (0..<count).map { _ in
      let rank = Int(exp(Double.random(in: 0..<9, using: &generator)))
      var rest = rank
      var word = ""
      repeat {
        word += syllables[rest % syllables.count]
        rest /= syllables.count
      } while rest > 0
      return word
    }.joined(separator: " ")
  }
}
