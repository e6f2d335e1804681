import Foundation
import Storage

/// Keeps a collection up to date with folders as they change.
///
/// Each change is an ingest of the folders in which something changed, with the same rules as `rag ingest`: what is gone
/// is deleted, a root that is suddenly empty deletes nothing, a file that is half saved keeps its last good version and is
/// tried again. Now and then the roots are looked at whole, for what the system doesn't tell.
package struct FollowedFolders {
  private let roots: [DocumentPath]
  private let pipeline: IngestPipeline
  /// Between looks at the roots whole, milliseconds.
  private let rescan: Int
  private static let retryMilliseconds = 1000

  /// - Parameters:
  ///   - paths: folders.
  ///   - rescanSeconds: between looks at the roots whole.
  /// - Throws: `IndexStoreError.invalidArgument` for a path that is no folder.
  package init(_ paths: [String], pipeline: IngestPipeline, rescanSeconds: Int) throws(IndexStoreError) {
    var roots: [DocumentPath] = []
    for path in paths {
      guard let root = FolderWalk.realPath(path), Folder.isFolder(root) else {
        throw IndexStoreError(
          .invalidArgument, "\(path): only folders can be watched, and there is no such folder")
      }
      roots.append(root)
    }
    self.roots = roots
    self.pipeline = pipeline
    rescan = max(1, rescanSeconds) * 1000
  }

  /// What happens while folders are followed.
  package enum Event: Sendable {
    /// All changes up to now are in the collection; so many folders are watched.
    case watching(folders: Int)
    case ingested(IngestReport)
    /// The changes could not be brought in, and are tried again.
    case failed(IndexStoreError)
    case note(String)
  }

  /// Ingests the roots, and then their changes until the task is cancelled.
  ///
  /// - Parameter tell: called for each ingest that found something, and for what a person should know.
  /// - Throws: `IndexStoreError` where the first ingest fails.
  package func run(_ tell: @escaping @Sendable (Event) -> Void) async throws(IndexStoreError) {
    // Watched before they are read: what changes meanwhile is read again.
    let watch = try FolderWatch(roots: roots)
    if let blindness = watch.blindness { tell(.note(blindness)) }
    tell(.ingested(try await pipeline.ingest(paths: roots.map(\.text))))
    tell(.watching(folders: watch.folderCount))
    var failed: [DocumentPath] = []
    var lastScan = ContinuousClock.now
    while !Task.isCancelled {
      let due = rescan - Int(lastScan.duration(to: .now).components.seconds) * 1000
      let wait = failed.isEmpty ? max(1, due) : Self.retryMilliseconds
      let change = watch.next(within: min(wait, 500))
      var folders = failed
      switch change {
      case .folders(let changed): folders += changed
      case .everything(let reason):
        tell(.note(reason + ": all is looked at again"))
        folders = roots
      case nil:
        if due <= 0 { folders = roots } else if failed.isEmpty || wait > 500 { continue }
      }
      if folders.isEmpty { continue }
      if folders.count == roots.count, Set(folders) == Set(roots) { lastScan = .now }
      failed = await ingest(folders, tell)
    }
  }

  /// - Returns: the folders that have to be tried again.
  private func ingest(_ folders: [DocumentPath], _ tell: (Event) -> Void) async -> [DocumentPath] {
    // One that went away is told of by the folder above it.
    var present: [DocumentPath] = []
    for folder in folders {
      var nearest = folder
      while !Folder.isFolder(nearest), let parent = nearest.parent,
        roots.contains(where: { parent.isWithin($0) })
      {
        nearest = parent
      }
      if !present.contains(nearest) { present.append(nearest) }
    }
    do {
      let report = try await pipeline.ingest(paths: present.map(\.text))
      if report.saysSomething { tell(.ingested(report)) }
      return []
    } catch {
      tell(.failed(error))
      return present
    }
  }
}

extension IngestReport {
  /// Whether anything changed, or stayed as it was for a reason that a person should know.
  fileprivate var saysSomething: Bool {
    documents.added + documents.updated + documents.deleted + documents.moved + documents.failed
      + documents.stale > 0
      || !refusals.isEmpty
  }
}
