import Catalog
import Documents

/// What an ingest did, or with `dryRun` would do.
package struct IngestReport: Sendable {
  package struct Counts: Hashable, Sendable {
    package var added = 0
    package var updated = 0
    package var unchanged = 0
    package var deleted = 0
    package var failed = 0
    /// Files of no kind that can be read, such as images, and documents that were deleted by their identity.
    package var skipped = 0

    package init() {}
  }

  package var documents = Counts()
  /// Chunks that were embedded and committed.
  package var chunks = 0
  package var failures: [FailureRecord] = []
  package var seconds = 0.0

  package init() {}

  package var chunksPerSecond: Double { seconds > 0 ? Double(chunks) / seconds : 0 }
}

/// How far an ingest is.
package struct IngestProgress: Hashable, Sendable {
  /// Documents read, of `documentsTotal` that are new or changed.
  package var documents: Int
  package var documentsTotal: Int
  /// Chunks that these documents were cut into.
  package var chunksRead: Int
  package var chunksEmbedded: Int
  package var chunksCommitted: Int
}

/// How an ingest is run.
package struct IngestOptions: Sendable {
  /// Whether documents whose files are gone are deleted; by default for sources that were ingested before.
  package var prune: Bool?
  /// Only finds out what would be done.
  package var dryRun = false
  /// Whether documents that were deleted by their identity are taken again.
  package var bringsBackDeleted = false
  package var threads = 1
  /// A commit is made when this many chunks have gathered; part of what decides the segments.
  package var chunksPerCommit = 2048
  package var limits = ReadingLimits()

  package init() {}
}
