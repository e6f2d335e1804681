import ArgumentParser
import Documents
import Embeddings
import Foundation
import HTTPService
import IndexStore
import Kernels
import Storage

struct BenchIngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Measure an ingest from end to end: text to answerable.",
    discussion: """
      EXAMPLES
        rag bench ingest --corpus scifact/corpus.jsonl --threads 1
        rag bench ingest --corpus corpus.jsonl --vectors base.npy --home H   (what is done beside embedding)
        rag bench ingest --folder docs
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("A corpus.jsonl in BEIR's format.", valueName: "file"))
  var corpus: String?

  @Option(help: ArgumentHelp("A folder of documents.", valueName: "dir"))
  var folder: String?

  @Option(
    help: ArgumentHelp(
      "The corpus's vectors, shape [lines, dimension], as 'rag embed' made them of title and text.",
      valueName: "file"))
  var vectors: String?

  @Option(help: "Threads.")
  var threads: Int?

  @Flag(help: "Merge all segments into one afterwards; its time is reported apart.")
  var compact = false

  func validate() throws {
    guard (corpus == nil) != (folder == nil) else { throw ValidationError("Give --corpus or --folder.") }
    guard vectors == nil || corpus != nil else { throw ValidationError("--vectors needs --corpus.") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let threads = threads ?? wiring.settings.threads
    let scratch = global.home == nil ? TemporaryHome(purpose: "bench") : nil
    defer { withExtendedLifetime(scratch) {} }
    let home = try HomeFolder(path: scratch?.path ?? wiring.settings.home, createIfMissing: true)
    let model = try await wiring.embedder(threads: threads)
    let embedder = try vectors.map { try recorded($0, model: model) } ?? model

    var chunking = try wiring.settings.chunking()
    if corpus != nil { chunking.strategy = .whole }
    var configuration = CollectionConfiguration(embedding: model.identity, chunking: chunking)
    configuration.analyzer = try wiring.settings.analyzer(detecting: { [corpus ?? folder ?? ""] })
    let name = "bench"
    try home.createCollection(name, configuration: configuration)
    var options = IngestOptions()
    options.threads = threads
    let line = ProgressLine(isQuiet: global.quiet)
    let pipeline = IngestPipeline(collection: name, in: home, embedder: embedder, options: options) {
      line.show($0)
    }
    let start = ProcessUsage.now
    let report =
      if let corpus { try await pipeline.ingest(beirCorpus: corpus) } else {
        try await pipeline.ingest(paths: [folder ?? ""])
      }
    let ingest = ProcessUsage.since(start)
    line.finish()
    let merge = ProcessUsage.now
    if compact {
      try CollectionWriter(name, in: home, threads: threads, holder: "rag bench").compact()
    }
    let compacting = ProcessUsage.since(merge)
    let documents = report.documents.added
    Terminal.out(
      JSONValue.object([
        ("documents", .integer(documents)), ("chunks", .integer(report.chunks)),
        ("failed", .integer(report.documents.failed)), ("threads", .integer(threads)),
        ("seconds", .number(ingest.wall)), ("cpu_seconds", .number(ingest.cpu)),
        ("documents_per_second", .number(Double(documents) / ingest.wall)),
        ("chunks_per_second", .number(Double(report.chunks) / ingest.wall)),
        ("cores_used", .number(ingest.cpu / ingest.wall)),
        ("compact_seconds", compact ? .number(compacting.wall) : .null),
        ("compact_cpu_seconds", compact ? .number(compacting.cpu) : .null),
        ("resident_bytes", .integer(ServiceMetrics.residentBytes)),
      ]).description)
  }

  private func recorded(_ path: String, model: any Embedder) throws -> any Embedder {
    let file = try NumPyFile<Float>(contentsOf: path)
    var reader = BEIRReader(bytes: try Folder.readFile(corpus ?? "", limit: 4 << 30))
    var texts: [String] = []
    while let record = try reader.next() { texts.append(record.title + " " + record.text) }
    guard texts.count == file.rows, file.columns == model.identity.dimension else {
      throw UsageError(
        "\(path): \(file.rows) × \(file.columns) vectors for \(texts.count) documents and a model of "
          + "\(model.identity.dimension) dimensions")
    }
    return RecordedVectors(
      texts, vectors: Matrix(rows: file.rows, columns: file.columns, values: file.values), model: model)
  }
}
