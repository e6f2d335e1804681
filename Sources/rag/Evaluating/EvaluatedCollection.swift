import Catalog
import Documents
import Foundation
import IndexStore
import Tracking

/// The collection that an evaluation asks: one that is there, or one made for it.
struct EvaluatedCollection {
  let home: HomeFolder
  let tracking: TrackingStore
  let name: String
  /// Keeps a temporary home until the evaluation is over.
  private let scratch: TemporaryHome?

  /// - Parameters:
  ///   - name: `nil` ingests into a temporary home.
  ///   - chunking: for a collection that is made; `nil` takes the settings'.
  ///   - model: embedding model by name.
  /// - Throws: what ingest throws; `UsageError` where documents could not be read.
  init(
    named name: String?, for test: TestCollection, wiring: Wiring, chunking: ChunkingOptions? = nil,
    model: String?,
    quiet: Bool
  ) async throws {
    if let name, let home = try? wiring.openHome(), try home.catalog.collection(named: name) != nil {
      self.home = home
      self.name = name
      tracking = try wiring.tracking(home)
      scratch = nil
      return
    }
    let scratch = name == nil ? TemporaryHome(purpose: "eval") : nil
    let home =
      try scratch.map { try HomeFolder(path: $0.path, createIfMissing: true) }
      ?? wiring.openHome(createIfMissing: true)
    let collection = name ?? "eval"
    let embedder = try await wiring.embedder(named: model)
    var options = try chunking ?? wiring.settings.chunking()
    if case .beir = test.documents, chunking == nil, wiring.settings.file.chunking?.strategy == nil {
      options.strategy = .whole
    }
    var configuration = CollectionConfiguration(embedding: embedder.identity, chunking: options)
    configuration.analyzer = try wiring.settings.analyzer(detecting: { test.documents.sample })
    try home.createCollection(collection, configuration: configuration)
    var ingest = IngestOptions()
    ingest.threads = wiring.settings.threads
    let line = ProgressLine(isQuiet: quiet)
    let pipeline = IngestPipeline(
      collection: collection, in: home, embedder: wiring.cached(embedder, home: home), options: ingest
    ) {
      line.show($0)
    }
    let report: IngestReport
    switch test.documents {
    case .beir(let path): report = try await pipeline.ingest(beirCorpus: path)
    case .files(let path): report = try await pipeline.ingest(paths: [path])
    }
    line.finish()
    for failure in report.failures where !quiet {
      Terminal.note("failed: \(failure.path): \(failure.reason)")
    }
    guard report.chunks > 0 else { throw UsageError("\(test.path): no document could be ingested") }
    self.home = home
    self.name = collection
    // A home that goes keeps its files to itself.
    tracking =
      try scratch.map { _ in TrackingStore(catalog: home.catalog, home: home.path) } ?? wiring.tracking(home)
    self.scratch = scratch
  }
}

extension TestCollection.Documents {
  /// Paths whose text tells the language.
  var sample: [String] {
    switch self {
    case .beir(let path): [path + "/corpus.jsonl"]
    case .files(let path): [path]
    }
  }
}
