import Catalog
import Documents
import Foundation
import IndexStore
import ServiceLifecycle
import Storage
import Synchronization

/// Brings what was sent into its collection, one job after the other.
///
/// A job that was running when the server ended begins anew with the next one: an ingest that is done twice is done
/// once. Of several servers on one home, one runs jobs.
package final class JobRunner: Service, Sendable {
  private let home: HomeFolder
  private let uploads: UploadStore
  private let wiring: RagService.Wiring
  private let metrics: ServiceMetrics
  private let log: AccessLog
  private let threads: Int
  private let limits: ReadingLimits
  private let turns = Turns()
  private let bell = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
  /// How long another process may keep a collection from us.
  private static let patience = Duration.seconds(600)

  package init(
    home: HomeFolder, uploads: UploadStore, wiring: RagService.Wiring, metrics: ServiceMetrics,
    log: AccessLog,
    threads: Int, limits: ReadingLimits
  ) {
    self.home = home
    self.uploads = uploads
    self.wiring = wiring
    self.metrics = metrics
    self.log = log
    self.threads = threads
    self.limits = limits
  }

  /// Says that there is a new job.
  func wake() { bell.continuation.yield() }

  /// Runs `body` while no job writes, so that a deletion waits for an ingest of this process and is not refused.
  func exclusively<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    await turns.take()
    defer { turns.give() }
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }

  package func run() async throws {
    let path = home.path + "/jobs.lock"
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let lock = try WriterLock(path: path, holder: "rag serve")
          try await self.work()
          _ = consume lock
        } catch is StorageError {
          // Another server on this home runs them.
          try await Task.sleep(for: .seconds(5))
        }
      }
    }
  }

  private func work() async throws {
    uploads.removeLeftovers(keeping: Set(try home.catalog.unfinishedJobs().map(\.id)))
    try await runWaiting()
    // A look now and then: another server on this home may have taken a job that it does not run.
    let pulse = Task { [self] in
      while !Task.isCancelled {
        try await Task.sleep(for: .seconds(5))
        wake()
      }
    }
    defer { pulse.cancel() }
    for await _ in bell.stream {
      try Task.checkCancellation()
      try await runWaiting()
    }
  }

  /// Runs the jobs that are to be done now.
  package func runWaiting() async throws {
    for job in try home.catalog.unfinishedJobs() {
      try Task.checkCancellation()
      await run(job)
    }
  }

  private func run(_ job: JobRecord) async {
    do {
      try home.catalog.updateJob(job.id, state: .running, report: nil)
      let report = try await ingest(job)
      for (result, count) in report.documents.byResult where count > 0 {
        metrics.registry.add(Double(count), to: "rag_ingest_documents_total", ["result": result])
      }
      // An upload of which nothing could be read has failed.
      let counts = report.documents
      let isFailed = counts.failed > 0 && counts.added + counts.updated + counts.unchanged == 0
      try end(job, isFailed ? .failed : .done, report: report.json)
    } catch is CancellationError {
      // The server ends: the next one goes on.
      try? home.catalog.updateJob(job.id, state: .queued, report: nil)
    } catch {
      let mapping = ErrorMapping(error)
      log.log(
        .error, "job failed",
        [("job_id", .string(job.id)), ("code", .string(mapping.code)), ("reason", .string("\(error)"))])
      try? end(
        job, .failed,
        report: .object([
          ("error", .object([("code", .string(mapping.code)), ("message", .string(mapping.message))]))
        ]))
    }
  }

  private func end(_ job: JobRecord, _ state: JobRecord.State, report: JSONValue) throws {
    try home.catalog.updateJob(job.id, state: state, report: report.description)
    metrics.registry.add(to: "rag_jobs_total", ["state": state.rawValue])
    uploads.remove(job.id)
  }

  private func ingest(_ job: JobRecord) async throws -> IngestReport {
    if try home.catalog.collection(named: job.collection) == nil { try await wiring.create(job.collection) }
    let embedder = try await wiring.ingestEmbedder(job.collection)
    let documents = try uploads.documents(of: job)
    var options = IngestOptions()
    options.threads = threads
    options.limits = limits
    let pipeline = IngestPipeline(collection: job.collection, in: home, embedder: embedder, options: options)
    let end = ContinuousClock.now + Self.patience
    while true {
      try Task.checkCancellation()
      let outcome = await attempt(pipeline, documents)
      guard case .failure(let error) = outcome, error.code == .locked, .now < end else {
        return try outcome.get()
      }
      try await Task.sleep(for: .milliseconds(500))
    }
  }

  // A function of its own: with `await` and typed errors in one `do`, the compiler (6.3.1) ends in SILGenCleanup.
  private func attempt(
    _ pipeline: IngestPipeline, _ documents: [UploadedDocument]
  ) async -> Result<IngestReport, IndexStoreError> {
    await turns.take()
    defer { turns.give() }
    do {
      return .success(try await pipeline.ingest(uploads: documents))
    } catch {
      return .failure(error)
    }
  }
}

/// One after the other, in order.
private final class Turns: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func take() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.isTaken else {
          state.isTaken = true
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  func give() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.waiting.isEmpty else {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

extension IngestReport.Counts {
  var byResult: [(String, Int)] {
    [
      ("added", added), ("updated", updated), ("unchanged", unchanged), ("deleted", deleted),
      ("skipped", skipped),
      ("failed", failed), ("moved", moved), ("stale", stale),
    ]
  }
}

extension IngestReport {
  /// The contract of `rag ingest --json`, and a job's report.
  package var json: JSONValue {
    .object([
      ("documents", .object(documents.byResult.map { ($0.0, .integer($0.1)) })),
      ("chunks", .integer(chunks)),
      ("failures", .array(failures.map(\.json))),
      ("skipped", .array(skipped.map(\.json))), ("notes", .array(notes.map(\.json))),
      (
        "refused",
        .array(
          refusals.map {
            .object([
              ("root", .string($0.root)), ("documents", .integer($0.documents)),
              ("missing", .integer($0.missing)), ("reason", .string($0.reason)),
            ])
          })
      ),
      ("seconds", .number(seconds)), ("chunks_per_second", .number(chunksPerSecond)),
    ])
  }
}
