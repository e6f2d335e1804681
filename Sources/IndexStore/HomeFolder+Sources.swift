import Catalog
import Storage

/// What is told of a source.
package struct SourceSummary: Sendable {
  package var source: SourceRecord
  package var files: Int
  /// Files whose last good version answers although they cannot be read.
  package var stale: Int
  /// Whether the folder or file is there.
  package var isThere: Bool
}

extension HomeFolder {
  /// The sources of a collection, by root.
  ///
  /// - Throws: `IndexStoreError.collectionMissing`.
  package func sources(of name: String) throws(IndexStoreError) -> [SourceSummary] {
    do {
      let collection = try record(name)
      return try catalog.sources(of: collection.id).map { source in
        let files = try catalog.files(of: collection.id, source: source.id)
        let isUpload = source.root == IngestSource.uploadRoot
        return SourceSummary(
          source: source, files: files.count, stale: files.count { $0.stale != nil },
          isThere: isUpload || FolderWalk.realPath(source.root) != nil)
      }
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Deletes a source with all its documents; files on disk stay.
  ///
  /// - Parameter place: its label, its root, or another path of the root.
  /// - Returns: number of files that went.
  /// - Throws: `IndexStoreError.invalidArgument` where there is no such source, `.locked` while another writes.
  package func forgetSource(_ place: String, of name: String, threads: Int) throws(IndexStoreError) -> Int {
    do {
      let writer = try CollectionWriter(name, in: self, threads: threads, holder: "rag sources forget")
      let source = try find(place, of: writer.collection, name: name)
      let files = try catalog.files(of: writer.collection.id, source: source.id)
      try writer.remove(files: files.map(\.row))
      try catalog.unmarkDeleted(
        try catalog.deletedDocuments(of: writer.collection.id).filter {
          $0.isWithin(DocumentPath(source.label))
        },
        collection: writer.collection.id)
      try writer.move([], emptied: [source.id])
      try catalog.recordUntaken(
        failures: [], skipped: [], looked: [source.root], protected: [], collection: writer.collection.id)
      return files.count
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Says that a source's folder is at another place now: identities and vectors stay.
  ///
  /// - Returns: the source as it is now.
  /// - Throws: `IndexStoreError.invalidArgument` where there is no such source or folder, or where the new place is in
  ///   another source or has one in it.
  package func moveSource(
    _ place: String, to path: String, of name: String, threads: Int
  ) throws(IndexStoreError) -> SourceRecord {
    do {
      let writer = try CollectionWriter(name, in: self, threads: threads, holder: "rag sources move")
      var source = try find(place, of: writer.collection, name: name)
      guard source.root != IngestSource.uploadRoot else {
        throw IndexStoreError(.invalidArgument, "uploads are in no folder: there is nothing to move")
      }
      guard let root = FolderWalk.realPath(path), Folder.isFolder(root) else {
        throw IndexStoreError(
          .invalidArgument, "\(path): there is no such folder. Move it first, then say so here")
      }
      for other in try catalog.sources(of: writer.collection.id) where other.id != source.id {
        let folder = DocumentPath(other.root)
        if folder.isWithin(root) || (root.isWithin(folder) && other.isWhole) {
          throw IndexStoreError(
            .invalidArgument,
            "\(root): source '\(other.label)' (\(other.root)) overlaps with it. 'rag ingest \(root)' joins them, and "
              + "keeps the vectors of files that were moved")
        }
      }
      try catalog.recordUntaken(
        failures: [], skipped: [], looked: [source.root], protected: [], collection: writer.collection.id)
      try catalog.relocate(source, to: root.text, collection: writer.collection.id)
      source.root = root.text
      return source
    } catch {
      throw IndexStoreError(error)
    }
  }

  private func record(_ name: String) throws -> CollectionRecord {
    guard let record = try catalog.collection(named: name) else { throw Self.missing(name, in: catalog) }
    return record
  }

  private func find(_ place: String, of collection: CollectionRecord, name: String) throws -> SourceRecord {
    let sources = try catalog.sources(of: collection.id)
    let given = DocumentPath(place)
    let real = FolderWalk.realPath(place)
    if let found = sources.first(where: { DocumentPath($0.label) == given })
      ?? sources.first(where: { DocumentPath($0.root) == given || DocumentPath($0.root) == real })
    {
      return found
    }
    let known = sources.isEmpty ? "It has none" : "There are: " + sources.map(\.label).joined(separator: ", ")
    throw IndexStoreError(
      .invalidArgument, "collection '\(name)' has no source '\(place)'. \(known)")
  }
}
