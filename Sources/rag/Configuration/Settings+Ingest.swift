import IndexStore

extension Settings {
  /// When an ingest deletes, unless flags say otherwise.
  func ingest() throws -> IngestOptions {
    var options = IngestOptions()
    options.threads = threads
    guard let section = file.ingest else { return options }
    options.deletionLimits.share = section.deletionShare ?? options.deletionLimits.share
    options.deletionLimits.count = section.deletionCount ?? options.deletionLimits.count
    options.patience.tries = section.staleTries ?? options.patience.tries
    options.patience.seconds = section.staleSeconds ?? options.patience.seconds
    guard (0...1).contains(options.deletionLimits.share), options.deletionLimits.count >= 1 else {
      throw UsageError("ingest.deletion_share must be from 0 to 1, ingest.deletion_count at least 1")
    }
    guard options.patience.tries >= 1, options.patience.seconds >= 0 else {
      throw UsageError("ingest.stale_tries must be at least 1, ingest.stale_seconds not negative")
    }
    return options
  }
}
