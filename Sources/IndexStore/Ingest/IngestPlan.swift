import Catalog
import Glibc
import Storage

/// What an ingest has to do, before documents are read.
struct IngestPlan {
  /// A file that is new, or may have changed.
  struct Work: Sendable {
    var candidate: IngestSource.Candidate
    var source: Int64?
    var known: FileRecord?
  }

  /// What became of one path that was given.
  private struct Part {
    var source: SourceRecord
    var place: String
    var known: Int
    var present: Int
    var lost: [FileRecord]
  }

  /// By identity.
  private(set) var work: [Work] = []
  private(set) var gone: [FileRecord] = []
  private(set) var moves: [FileMove] = []
  private(set) var refusals: [Refusal] = []
  private(set) var unchanged = 0
  private(set) var problems: [FailureRecord] = []
  private var parts: [Part] = []
  private var planned: Set<DocumentPath> = []

  /// Adds what `source` needs.
  ///
  /// - Parameters:
  ///   - known: the files of the source that the catalog has.
  ///   - passedOver: files that were looked into for nothing, and have not changed.
  mutating func add(_ source: IngestSource, known: [FileRecord], passedOver: Set<DocumentPath> = []) {
    problems.append(contentsOf: source.problems)
    let versions = Dictionary(known.map { (DocumentPath($0.id), $0) }) { $1 }
    var present: Set<DocumentPath> = []
    for candidate in source.candidates where planned.insert(candidate.id).inserted {
      present.insert(candidate.id)
      let version = versions[candidate.id]
      if version == nil, passedOver.contains(candidate.id) { continue }
      if let version, let stamp = candidate.stamp, version.stamp == stamp, version.stale == nil {
        unchanged += 1
      } else {
        work.append(Work(candidate: candidate, source: source.source.id, known: version))
      }
    }
    work.sort { $0.candidate.id < $1.candidate.id }
    guard source.isComplete else { return }
    // A folder that could not be listed says nothing about the documents in it.
    let lost = known.filter { file in
      let id = DocumentPath(file.id)
      return id.isWithin(source.scope) && !planned.contains(id) && !source.unseen.contains { id.isWithin($0) }
    }
    let inScope = known.count { DocumentPath($0.id).isWithin(source.scope) }
    parts.append(
      Part(
        source: source.source, place: source.place, known: inScope, present: source.candidates.count,
        lost: lost))
  }

  /// Finds files that were moved: the same contents and kind of name, gone at one place and new at another.
  ///
  /// - Parameters:
  ///   - others: files of folders that are not ingested now.
  ///   - access: reads those new files that have the size of one that is gone.
  /// - Complexity: O(files), and reading of the new files whose size is that of one that is gone.
  mutating func findMoves(others: () throws -> [FileRecord], access: FileAccess, limit: Int) rethrows {
    let new = work.indices.filter { work[$0].known == nil }
    guard !new.isEmpty else { return }
    let sizes = Set(new.compactMap { work[$0].candidate.bytes })
    func mayBe(_ file: FileRecord) -> Bool { file.bytes.map { sizes.contains($0) } ?? true }
    var gone = parts.flatMap(\.lost).filter(mayBe)
    gone += try others().filter { mayBe($0) && Self.isGone(DocumentPath($0.uri)) }
    guard !gone.isEmpty else { return }
    var byHash = Dictionary(
      grouping: gone.sorted { DocumentPath($0.id) < DocumentPath($1.id) }, by: \.contentHash)
    let goneSizes = Set(gone.compactMap(\.bytes))
    let anySize = gone.contains { $0.bytes == nil }
    var found: Set<DocumentPath> = []
    for index in new {
      let candidate = work[index].candidate
      guard case .file(let path) = candidate.content, let size = candidate.bytes, size <= limit,
        anySize || goneSizes.contains(size), let source = work[index].source,
        let bytes = try? access.read(path, limit)
      else { continue }
      let hash = IngestSource.Candidate.hash(of: bytes)
      guard var same = byHash[hash],
        let match = same.firstIndex(where: { Self.kind($0.id) == Self.kind(candidate.id.text) })
      else { continue }
      let file = same.remove(at: match)
      byHash[hash] = same
      moves.append(
        FileMove(file: file, id: candidate.id, uri: candidate.uri, source: source, stamp: candidate.stamp))
      found.insert(candidate.id)
    }
    guard !moves.isEmpty else { return }
    let moved = Set(moves.map(\.file.row))
    work.removeAll { found.contains($0.candidate.id) }
    for index in parts.indices { parts[index].lost.removeAll { moved.contains($0.row) } }
  }

  /// Decides which files of those that are gone are deleted.
  ///
  /// - Parameters:
  ///   - prune: whether documents that are gone are deleted; `nil` does so unless too many are.
  mutating func decideDeletions(prune: Bool?, limits: DeletionLimits) {
    guard prune != false else { return }
    for part in parts where !part.lost.isEmpty {
      if prune != true,
        let reason = limits.refusal(lost: part.lost.count, of: part.known, present: part.present)
      {
        refusals.append(
          Refusal(root: part.place, documents: part.known, missing: part.lost.count, reason: reason))
      } else {
        gone += part.lost
      }
    }
  }

  /// Takes out new documents whose identity another document has, which they would replace.
  mutating func refuse(_ taken: Set<DocumentPath>) {
    guard !taken.isEmpty else { return }
    for item in work where item.known == nil && taken.contains(item.candidate.id) {
      if case .upload = item.candidate.content {
        problems.append(
          FailureRecord(
            path: item.candidate.id.text,
            reason:
              "a document of this id was ingested from a folder, or is part of another document: change it there, "
              + "or choose another id"))
      } else {
        problems.append(
          FailureRecord(
            path: item.candidate.uri,
            reason:
              "another document has the id '\(item.candidate.id)': 'rag documents delete' takes it out of the way"
          ))
      }
    }
    work.removeAll { $0.known == nil && taken.contains($0.candidate.id) }
  }

  private static func isGone(_ path: DocumentPath) -> Bool {
    var status = stat()
    return lstat(path.systemPath, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)
  }

  /// What of a name takes part in telling the format.
  private static func kind(_ id: String) -> [UInt8] {
    let name = Array(DocumentPath(id).name.text.utf8)
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return [] }
    return name[dot...].map { (65...90).contains($0) ? $0 + 32 : $0 }
  }
}

/// A root of which nothing was deleted, although documents of it are gone.
package struct Refusal: Hashable, Sendable {
  package var root: String
  /// Documents that are known of it.
  package var documents: Int
  package var missing: Int
  package var reason: String

  package init(root: String, documents: Int, missing: Int, reason: String) {
    self.root = root
    self.documents = documents
    self.missing = missing
    self.reason = reason
  }
}

/// How much may be gone at a time without being told so: a disk that is not mounted must not empty a collection.
package struct DeletionLimits: Hashable, Sendable {
  /// Largest share of a root's documents that may be gone.
  package var share = 0.5
  /// So many may be gone, whatever share they are.
  package var count = 5

  package init() {}

  /// Why nothing is deleted; `nil` where it may be.
  func refusal(lost: Int, of known: Int, present: Int) -> String? {
    let what = "\(lost) of \(known) documents are gone"
    let remedy =
      "Nothing of it was deleted. If a disk is not mounted or a folder was moved, mend that and ingest again; if "
      + "they are meant to be deleted, say --prune"
    if present == 0 { return "it holds no document any more: \(what). \(remedy)" }
    if lost >= count, Double(lost) > share * Double(known) {
      return "\(what), more than \(Int((share * 100).rounded()))%. \(remedy)"
    }
    return nil
  }
}
