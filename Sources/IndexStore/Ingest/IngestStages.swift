import Catalog
import Embeddings
import Kernels
import Synchronization

/// Embeds and commits batches behind the reader: while one is committed, the next is embedded and the one after it read.
///
/// Batches are committed in the order in which they came, and no more than two are on their way, so that neither memory
/// nor what a kill loses grows with the ingest. The first failure ends the batches behind it.
///
/// `@unchecked Sendable`: the writer is used by one commit at a time, each after the one before, and by its owner only
/// before the first `submit` and after `finish`.
final class IngestStages: @unchecked Sendable {
  private let writer: CollectionWriter
  private let embedder: any Embedder
  private let threads: Int
  private let onProgress: @Sendable (IngestProgress) -> Void
  private let progress: Mutex<IngestProgress>
  // Of the submitting task alone.
  private var embedding: Task<Matrix, any Error>?
  private var commits: [Task<Void, any Error>] = []

  init(
    writer: CollectionWriter, embedder: any Embedder, threads: Int, documentsTotal: Int,
    onProgress: @escaping @Sendable (IngestProgress) -> Void
  ) {
    self.writer = writer
    self.embedder = embedder
    self.threads = threads
    self.onProgress = onProgress
    progress = Mutex(
      IngestProgress(
        documents: 0, documentsTotal: documentsTotal, chunksRead: 0, chunksEmbedded: 0, chunksCommitted: 0))
  }

  /// Changes the progress and shows it.
  func report(_ change: (inout IngestProgress) -> Void) {
    onProgress(
      progress.withLock { progress in
        change(&progress)
        return progress
      })
  }

  /// Takes a batch over; waits while two are on their way.
  ///
  /// - Throws: what ended a batch before.
  func submit(_ batch: IngestBatch) async throws {
    if commits.count > 1 { try await commits.removeFirst().value }
    let embedding = Task { [self, before = embedding] in
      // One at a time: each takes all threads.
      _ = try await before?.value
      return try await embed(batch.files.flatMap(\.indexedTexts))
    }
    self.embedding = embedding
    commits.append(
      Task { [self, before = commits.last] in
        try await before?.value
        let vectors = try await embedding.value
        try await Parallel.offPool { [self] in try commit(batch, vectors: vectors) }
      })
  }

  /// Waits until every batch is committed.
  ///
  /// - Throws: what ended one.
  func finish() async throws {
    var failure: (any Error)?
    for commit in commits {
      do { try await commit.value } catch { failure = failure ?? error }
    }
    commits = []
    guard let failure else { return }
    // What was to be committed behind the failure is of no use.
    embedding?.cancel()
    _ = await embedding?.result
    throw failure
  }

  private func embed(_ texts: [String]) async throws -> Matrix {
    let dimension = embedder.identity.dimension
    var values: [Float] = []
    values.reserveCapacity(texts.count * dimension)
    // In steps, so that progress is seen; a vector does not depend on its neighbours in a step.
    let step = 128 * max(1, threads)
    for start in stride(from: 0, to: texts.count, by: step) {
      try Task.checkCancellation()
      let part = Array(texts[start..<min(texts.count, start + step)])
      values.append(contentsOf: try await embedder.embed(part, as: .passage).matrix.values)
      report { $0.chunksEmbedded += part.count }
    }
    return Matrix(rows: texts.count, columns: dimension, values: values)
  }

  private func commit(_ batch: IngestBatch, vectors: Matrix) throws {
    try writer.home.catalog.confirm(batch.confirmed)
    try writer.home.catalog.markStale(batch.stale)
    try writer.remove(files: batch.gone)
    guard !batch.files.isEmpty else { return }
    try writer.commit(batch.files, vectors: vectors)
    report { $0.chunksCommitted += vectors.rows }
    try writer.mergeWhereDue()
  }
}

/// Files gathered for the next commit.
struct IngestBatch: Sendable {
  var files: [PreparedFile] = []
  var chunkCount = 0
  /// Files that hold what is known of them, touched or found well again.
  var confirmed: [(row: Int64, stamp: SourceStamp?, bytes: Int64?)] = []
  /// Files that cannot be read for now.
  var stale: [(row: Int64, state: StaleState)] = []
  /// Rows of files whose old versions must not answer any more.
  var gone: [Int64] = []
}
