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
      for path in Self.withoutInner(paths) {
        sources.append(try IngestSource(path: path, writer: writer, options: options))
      }
      return sources
    }
  }

  /// Ingests a BEIR corpus: each line of the file is a document with its own id.
  package func ingest(beirCorpus path: String) async throws(IndexStoreError) -> IngestReport {
    try await run { writer throws(IndexStoreError) in
      [try IngestSource(beirCorpus: path, writer: writer, options: options)]
    }
  }

  /// Ingests documents that were sent.
  package func ingest(uploads: [UploadedDocument]) async throws(IndexStoreError) -> IngestReport {
    try await run { writer throws(IndexStoreError) in [try IngestSource(uploads: uploads, writer: writer)] }
  }

  /// The paths without those that lie in another one that is given, so that the widest root has the documents.
  private static func withoutInner(_ paths: [String]) -> [String] {
    let places = paths.map { FolderWalk.realPath($0) }
    return paths.indices.filter { index in
      guard let place = places[index] else { return true }
      return !places.indices.contains { other in
        guard other != index, let outer = places[other], Folder.isFolder(outer) || outer == place else {
          return false
        }
        return place.isWithin(outer) && (place != outer || other < index)
      }
    }.map { paths[$0] }
  }

  private func run(
    _ sources: (CollectionWriter) throws(IndexStoreError) -> [IngestSource]
  ) async throws(IndexStoreError) -> IngestReport {
    let start = ContinuousClock.now
    let writer = try CollectionWriter(name, in: home, threads: options.threads, holder: "rag ingest")
    defer { writer.close() }
    try writer.configuration.requireSameModel(as: embedder.identity, collection: name)
    var report = IngestReport()
    do {
      if !options.dryRun { try writer.mergeWhereDue() }
      let found = try sources(writer)
      let plan = try plan(found, writer: writer, report: &report)
      try await carryOut(plan, writer: writer, report: &report)
      if !options.dryRun {
        try writer.mergeWhereDue()
        try home.catalog.recordUntaken(
          failures: report.failures, skipped: report.skipped, looked: found.flatMap(\.lookedAt),
          protected: found.flatMap { $0.problems.map(\.path) }, collection: writer.collection.id)
      }
    } catch {
      throw IndexStoreError(error)
    }
    let elapsed = start.duration(to: .now).components
    report.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    return report
  }

  /// Compares the sources with the catalog.
  private func plan(
    _ sources: [IngestSource], writer: CollectionWriter, report: inout IngestReport
  ) throws -> IngestPlan {
    let catalog = home.catalog
    let collection = writer.collection.id
    let deleted = try catalog.deletedDocuments(of: collection)
    let reading = options.limits.recognition.identity
    let looked = Dictionary(
      try catalog.skipped(of: collection).filter { $0.reading == reading }.map { ($0.path, $0) }
    ) { $1 }
    var plan = IngestPlan()
    for var source in sources {
      report.skipped += source.skipped
      report.notes += source.notes
      let returning = source.candidates.map(\.id).filter(deleted.contains)
      if source.bringsBackDeleted || options.bringsBackDeleted {
        if !options.dryRun { try catalog.unmarkDeleted(returning, collection: collection) }
      } else if !returning.isEmpty {
        report.skipped += source.candidates.filter { deleted.contains($0.id) }.map {
          SkippedRecord(
            path: $0.uri, reason: "it was deleted by its identity: --restore-deleted takes it again")
        }
        report.documents.skipped += returning.count
        source.candidates.removeAll { deleted.contains($0.id) }
      }
      let known =
        try catalog.files(of: collection, source: source.source.id) + source.takenOver.map(\.moved)
      let files = Set(known.map { DocumentPath($0.id) })
      let same = source.candidates.filter { candidate in
        candidate.stamp != nil && looked[candidate.uri]?.stamp == candidate.stamp
          && !files.contains(candidate.id)
      }
      report.skipped += same.compactMap { looked[$0.uri] }
      report.documents.skipped += same.count
      plan.add(source, known: known, passedOver: Set(same.map(\.id)))
    }
    let here = Set(sources.map(\.source.id))
    let others = try catalog.sources(of: collection).filter {
      !here.contains($0.id) && $0.root != IngestSource.uploadRoot
    }
    try plan.findMoves(
      others: { try others.flatMap { try catalog.files(of: collection, source: $0.id) } },
      access: options.access, limit: options.limits.fileBytes)
    plan.decideDeletions(prune: options.prune, limits: options.deletionLimits)
    plan.refuse(
      try catalog.taken(
        plan.work.filter { $0.known == nil }.map(\.candidate.id), collection: collection,
        except: plan.gone.map(\.row) + plan.moves.map(\.file.row)
          + (options.dryRun ? sources.flatMap { $0.takenOver.map(\.file.row) } : [])))
    return plan
  }

  private func carryOut(
    _ plan: IngestPlan, writer: CollectionWriter, report: inout IngestReport
  ) async throws {
    report.documents.unchanged = plan.unchanged
    report.documents.deleted = plan.gone.count
    report.documents.moved = plan.moves.count
    report.failures = plan.problems
    report.refusals = plan.refusals
    if !options.dryRun {
      try writer.move(plan.moves)
      try writer.remove(files: plan.gone.map(\.row))
    }

    let stages = IngestStages(
      writer: writer, embedder: embedder, threads: options.threads, documentsTotal: plan.work.count,
      onProgress: onProgress)
    do {
      try await readAll(plan.work, writer: writer, stages: stages, report: &report)
    } catch {
      // What was handed over before ends first: it holds the writer.
      try? await stages.finish()
      throw error
    }
    try await stages.finish()
    report.documents.failed = report.failures.count
    stages.report { _ in }
  }

  /// Reads documents and hands them on, a batch a commit.
  private func readAll(
    _ work: [IngestPlan.Work], writer: CollectionWriter, stages: IngestStages,
    report: inout IngestReport
  ) async throws {
    let planned = Set(work.map(\.candidate.id))
    let reader = IngestOutcome.Reader(
      chunker: Chunker(options: writer.configuration.chunking) { [embedder] in embedder.countTokens($0) },
      limits: options.limits, access: options.access, patience: options.patience,
      prunes: options.prune == true,
      deleted: try deletedIdentities(),
      isTaken: { [home, collection = writer.collection.id] id, file in
        planned.contains(id)
          || (try? home.catalog.taken([id], collection: collection, except: file.map { [$0] } ?? []))?.isEmpty
            == false
      },
      formatOf: { [home] row in
        ((try? home.catalog.documents(ofFile: row)) ?? []).first { $0.parent == nil }?.format
      })
    var batch = IngestBatch()
    // Documents that are read at a time, a few for each thread.
    let window = max(1, options.threads) * 16
    for start in stride(from: 0, to: work.count, by: window) {
      for outcome in read(Array(work[start..<min(work.count, start + window)]), by: reader) {
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

  private func deletedIdentities() throws -> Set<DocumentPath> {
    guard !options.bringsBackDeleted, let collection = try home.catalog.collection(named: name) else {
      return []
    }
    return try home.catalog.deletedDocuments(of: collection.id)
  }

  /// Reads and cuts documents in parallel; outcomes come in the order of `work`.
  private func read(_ work: [IngestPlan.Work], by reader: IngestOutcome.Reader) -> [IngestOutcome] {
    Parallel.map(work.count, threads: options.threads) { reader.outcome(of: work[$0]) }
  }

  private func apply(_ outcome: IngestOutcome, to batch: inout IngestBatch, report: inout IngestReport) {
    switch outcome {
    case .ready(let file):
      if file.replaces == nil { report.documents.added += 1 } else { report.documents.updated += 1 }
      report.notes += file.notes
      batch.files.append(file)
      batch.chunkCount += file.chunkCount
    case .unchanged(let row, let stamp, let bytes):
      report.documents.unchanged += 1
      batch.confirmed.append((row: row, stamp: stamp, bytes: bytes))
    case .skipped(let record, let gone):
      report.documents.skipped += 1
      report.skipped.append(record)
      drop(gone, from: &batch, report: &report)
    case .failed(let failure, let gone):
      report.failures.append(failure)
      drop(gone, from: &batch, report: &report)
    case .stale(let failure, let row, let state):
      report.failures.append(failure)
      report.documents.stale += 1
      batch.stale.append((row: row, state: state))
    }
  }

  /// The file no longer says what was indexed of it: the old version must not answer.
  private func drop(_ row: Int64?, from batch: inout IngestBatch, report: inout IngestReport) {
    guard let row else { return }
    report.documents.deleted += 1
    batch.gone.append(row)
  }
}
