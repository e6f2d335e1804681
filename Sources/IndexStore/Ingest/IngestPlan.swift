import Catalog

/// What an ingest has to do, before anything is read.
struct IngestPlan {
  /// A document that is new, or may have changed.
  struct Work: Sendable {
    var candidate: IngestSource.Candidate
    var source: Int64?
    var known: DocumentVersion?
  }

  /// By identity.
  private(set) var work: [Work] = []
  private(set) var gone: [DocumentVersion] = []
  private(set) var unchanged = 0
  private(set) var problems: [FailureRecord] = []

  /// Adds what `source` needs.
  ///
  /// - Parameters:
  ///   - known: the documents of the source that the catalog has.
  ///   - prune: whether documents that are gone are deleted; `nil` does so for a source that was ingested before.
  mutating func add(_ source: IngestSource, known: [DocumentVersion], prune: Bool?) {
    problems.append(contentsOf: source.problems)
    let versions = Dictionary(uniqueKeysWithValues: known.map { ($0.id, $0) })
    var present: Set<String> = []
    for candidate in source.candidates {
      present.insert(candidate.id)
      let version = versions[candidate.id]
      if let version, let stamp = candidate.stamp, version.stamp == stamp {
        unchanged += 1
      } else {
        work.append(Work(candidate: candidate, source: source.source.id, known: version))
      }
    }
    // A folder that could not be listed says nothing about the documents in it.
    if prune ?? true, source.isComplete, source.problems.isEmpty || prune == true {
      gone.append(contentsOf: known.filter { $0.id.hasPrefix(source.prefix) && !present.contains($0.id) })
    }
    work.sort { $0.candidate.id.utf8.lexicographicallyPrecedes($1.candidate.id.utf8) }
  }
}
