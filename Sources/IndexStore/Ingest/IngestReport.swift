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
    /// Files of no kind that can be read, and documents that were deleted by their identity.
    package var skipped = 0
    /// Files that have another identity now, and kept their vectors.
    package var moved = 0
    /// Files that failed, of which the last good version still answers.
    package var stale = 0

    package init() {}
  }

  package var documents = Counts()
  /// Chunks that were embedded and committed.
  package var chunks = 0
  package var failures: [FailureRecord] = []
  /// All that was passed over on purpose.
  package var skipped: [SkippedRecord] = []
  /// What was left out, repaired or guessed in what was read now.
  package var notes: [NoteRecord] = []
  /// Roots of which nothing was deleted, as too much was gone: the ingest has not done all that it should.
  package var refusals: [Refusal] = []
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
  /// Whether documents whose files are gone are deleted; by default unless too many are.
  package var prune: Bool?
  package var deletionLimits = DeletionLimits()
  package var patience = Patience()
  /// Only finds out what would be done.
  package var dryRun = false
  /// Whether documents that were deleted by their identity are taken again.
  package var bringsBackDeleted = false
  package var threads = 1
  /// A commit is made when this many chunks have gathered; part of what decides the segments.
  package var chunksPerCommit = 2048
  package var limits = ReadingLimits()
  package var access = FileAccess.system

  package init() {}
}
