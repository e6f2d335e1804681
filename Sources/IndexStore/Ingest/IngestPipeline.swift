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
  private let onProgress: (IngestProgress) -> Void

  /// - Parameter embedder: must be the model that the collection was made with.
  package init(
    collection name: String, in home: HomeFolder, embedder: any Embedder, options: IngestOptions,
    onProgress: @escaping (IngestProgress) -> Void = { _ in }
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

    let chunker = Chunker(options: writer.configuration.chunking) { [embedder] in embedder.countTokens($0) }
    var batch = IngestBatch()
    var progress = IngestProgress(
      documents: 0, documentsTotal: plan.work.count, chunksRead: 0, chunksEmbedded: 0, chunksCommitted: 0)
    // Reading goes ahead of embedding by a bounded number of documents.
    let window = max(1, options.threads) * 16
    var next = 0
    while next < plan.work.count {
      let range = next..<min(plan.work.count, next + window)
      next = range.upperBound
      for outcome in read(Array(plan.work[range]), chunker: chunker, writer: writer) {
        progress.documents += 1
        apply(outcome, to: &batch, report: &report)
        progress.chunksRead = report.chunks + batch.chunkCount
        if batch.chunkCount >= options.chunksPerCommit {
          try await commit(&batch, writer: writer, report: &report, progress: &progress)
        }
      }
      onProgress(progress)
    }
    if !options.dryRun {
      try await commit(&batch, writer: writer, report: &report, progress: &progress)
      try writer.mergeWhereDue()
      try home.catalog.recordFailures(
        report.failures, attempted: plan.work.map(\.candidate.uri), collection: writer.collection.id)
    }
    report.documents.failed = report.failures.count
    onProgress(progress)
  }

  /// Reads and cuts documents in parallel; outcomes come in the order of `work`.
  private func read(
    _ work: [IngestPlan.Work], chunker: Chunker, writer: CollectionWriter
  ) -> [IngestOutcome] {
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

  private func commit(
    _ batch: inout IngestBatch, writer: CollectionWriter, report: inout IngestReport,
    progress: inout IngestProgress
  ) async throws {
    defer { batch = IngestBatch() }
    report.chunks += batch.chunkCount
    guard !options.dryRun else { return }
    try home.catalog.updateStamps(batch.touched)
    try writer.remove(documents: batch.stale)
    guard !batch.documents.isEmpty else { return }
    let texts = batch.documents.flatMap(\.indexedTexts)
    let dimension = embedder.identity.dimension
    var values: [Float] = []
    values.reserveCapacity(texts.count * dimension)
    // In steps, so that progress is seen; a vector does not depend on its neighbours in a step.
    let step = 64 * max(1, options.threads)
    for start in stride(from: 0, to: texts.count, by: step) {
      let part = Array(texts[start..<min(texts.count, start + step)])
      values.append(contentsOf: try await embedder.embed(part, as: .passage).matrix.values)
      progress.chunksEmbedded += part.count
      onProgress(progress)
    }
    try writer.commit(
      batch.documents, vectors: Matrix(rows: texts.count, columns: dimension, values: values))
    progress.chunksCommitted += texts.count
    try writer.mergeWhereDue()
  }
}

/// Documents gathered for the next commit.
private struct IngestBatch {
  var documents: [PreparedDocument] = []
  var chunkCount = 0
  /// Unchanged documents whose files were touched.
  var touched: [(row: Int64, stamp: SourceStamp)] = []
  /// Old versions of files that cannot be read any more.
  var stale: [Int64] = []
}
