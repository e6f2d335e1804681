import Catalog
import Documents
import Embeddings
import Foundation
import Kernels
import Storage

/// Brings a collection up to date with its sources: walk, read, chunk, embed, commit.
///
/// Documents are handled in the order of their identities, and a commit is made whenever enough chunks have
/// gathered: so the segments depend on the documents alone, and an ingest that was killed goes on with the same
/// borders.
package struct IngestPipeline {
  private let home: HomeFolder
  private let name: String
  private let embedder: any Embedder
  private let options: IngestOptions
  private let onProgress: @Sendable (IngestProgress) -> Void

  /// - Parameter embedder: must be the model that the collection was made with.
  package init(
    collection name: String, in home: HomeFolder, embedder: any Embedder, options: IngestOptions,
    onProgress: @escaping @Sendable (IngestProgress) -> Void = { _ in }
  ) {
    self.home = home
    self.name = name
    self.embedder = embedder
    self.options = options
    self.onProgress = onProgress
  }

  /// Ingests folders and files.
  ///
  /// - Parameter paths: each a folder, taken whole, or a file.
  /// - Throws: `IndexStoreError`; what was committed before stays.
  package func ingest(paths: [String]) async throws(IndexStoreError) -> IngestReport {
    try await run { writer throws(IndexStoreError) in
      var sources: [IngestSource] = []
      for path in paths {
        sources.append(try IngestSource(path: path, writer: writer, isDryRun: options.dryRun))
      }
      return sources
    }
  }

  /// Ingests a BEIR corpus: each line of the file is a document with its own id.
  package func ingest(beirCorpus path: String) async throws(IndexStoreError) -> IngestReport {
    try await run { writer throws(IndexStoreError) in
      [try IngestSource(beirCorpus: path, limits: options.limits, writer: writer, isDryRun: options.dryRun)]
    }
  }

  /// Ingests documents that were sent.
  package func ingest(uploads: [UploadedDocument]) async throws(IndexStoreError) -> IngestReport {
    try await run { writer throws(IndexStoreError) in [try IngestSource(uploads: uploads, writer: writer)] }
  }

  private func run(
    _ sources: (CollectionWriter) throws(IndexStoreError) -> [IngestSource]
  ) async throws(IndexStoreError) -> IngestReport {
    let start = ContinuousClock.now
    let writer = try CollectionWriter(name, in: home, threads: options.threads, holder: "rag ingest")
    try writer.configuration.requireSameModel(as: embedder.identity, collection: name)
    var report = IngestReport()
    do {
      if !options.dryRun { try writer.mergeWhereDue() }
      var plan = IngestPlan()
      let deleted = try home.catalog.deletedDocuments(of: writer.collection.id)
      for var source in try sources(writer) {
        let returning = source.candidates.map(\.id).filter(deleted.contains)
        if source.bringsBackDeleted || options.bringsBackDeleted {
          if !options.dryRun { try home.catalog.unmarkDeleted(returning, collection: writer.collection.id) }
        } else if !returning.isEmpty {
          source.candidates.removeAll { deleted.contains($0.id) }
          report.documents.skipped += returning.count
        }
        plan.add(
          source,
          known: try home.catalog.documentVersions(
            collection: writer.collection.id, source: source.source.id),
          prune: options.prune)
      }
      try await carryOut(plan, writer: writer, report: &report)
    } catch {
      throw IndexStoreError(error)
    }
    let elapsed = start.duration(to: .now).components
    report.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    return report
  }

  private func carryOut(
    _ plan: IngestPlan, writer: CollectionWriter, report: inout IngestReport
  ) async throws {
    report.documents.unchanged = plan.unchanged
    report.documents.deleted = plan.gone.count
    report.failures = plan.problems
    if !options.dryRun { try writer.remove(documents: plan.gone.map(\.row)) }

    let stages = IngestStages(
      writer: writer, embedder: embedder, threads: options.threads, documentsTotal: plan.work.count,
      onProgress: onProgress)
    do {
      try await readAll(plan.work, configuration: writer.configuration, stages: stages, report: &report)
    } catch {
      // What was handed over before ends first: it holds the writer.
      try? await stages.finish()
      throw error
    }
    try await stages.finish()
    if !options.dryRun {
      try writer.mergeWhereDue()
      try home.catalog.recordFailures(
        report.failures, attempted: plan.work.map(\.candidate.uri), collection: writer.collection.id)
    }
    report.documents.failed = report.failures.count
    stages.report { _ in }
  }

  /// Reads documents and hands them on, a batch a commit.
  private func readAll(
    _ work: [IngestPlan.Work], configuration: CollectionConfiguration, stages: IngestStages,
    report: inout IngestReport
  ) async throws {
    let chunker = Chunker(options: configuration.chunking) { [embedder] in embedder.countTokens($0) }
    var batch = IngestBatch()
    // Documents that are read at a time, a few for each thread.
    let window = max(1, options.threads) * 16
    for start in stride(from: 0, to: work.count, by: window) {
      for outcome in read(Array(work[start..<min(work.count, start + window)]), chunker: chunker) {
        apply(outcome, to: &batch, report: &report)
        let chunksRead = report.chunks + batch.chunkCount
        stages.report {
          $0.documents += 1
          $0.chunksRead = chunksRead
        }
        if batch.chunkCount >= options.chunksPerCommit {
          try await hand(&batch, to: stages, report: &report)
        }
      }
    }
    try await hand(&batch, to: stages, report: &report)
  }

  private func hand(
    _ batch: inout IngestBatch, to stages: IngestStages, report: inout IngestReport
  ) async throws {
    report.chunks += batch.chunkCount
    if !options.dryRun { try await stages.submit(batch) }
    batch = IngestBatch()
  }

  /// Reads and cuts documents in parallel; outcomes come in the order of `work`.
  private func read(_ work: [IngestPlan.Work], chunker: Chunker) -> [IngestOutcome] {
    let limits = options.limits
    return Parallel.map(work.count, threads: options.threads) { index in
      IngestOutcome(reading: work[index], chunker: chunker, limits: limits)
    }
  }

  private func apply(_ outcome: IngestOutcome, to batch: inout IngestBatch, report: inout IngestReport) {
    switch outcome {
    case .ready(let document):
      if document.replaces == nil { report.documents.added += 1 } else { report.documents.updated += 1 }
      batch.documents.append(document)
      batch.chunkCount += document.chunks.count
    case .unchanged(let row, let stamp):
      report.documents.unchanged += 1
      if let stamp { batch.touched.append((row: row, stamp: stamp)) }
    case .skipped:
      report.documents.skipped += 1
    case .failed(let failure, let stale):
      report.failures.append(failure)
      // The file no longer says what was indexed of it: the old version must not answer.
      if let stale {
        report.documents.deleted += 1
        batch.stale.append(stale)
      }
    }
  }
}
