import Catalog
import Kernels
import Storage
import Synchronization

/// A collection opened for reading: hands out the newest committed snapshot.
///
/// Commits of other processes are seen by the next call of `snapshot()`: one look at the version in the catalog
/// decides whether there is something new; segments that stayed are kept open.
package final class DocumentCollection: Sendable {
  package let name: String
  package let home: HomeFolder
  private let current = Mutex<CollectionSnapshot?>(nil)

  /// - Throws: `IndexStoreError` `.collectionMissing`, `.corrupted`.
  package init(_ name: String, in home: HomeFolder) throws(IndexStoreError) {
    self.name = name
    self.home = home
    _ = try snapshot()
  }

  /// The newest committed state.
  ///
  /// - Throws: `IndexStoreError` `.collectionMissing` when the collection is gone, `.corrupted` when a file of it
  ///   is missing or damaged.
  package func snapshot() throws(IndexStoreError) -> CollectionSnapshot {
    let known = current.withLock { $0 }
    if let known {
      let version: Int64?
      do {
        version = try home.catalog.version(of: known.collection.id)
      } catch {
        throw IndexStoreError(error)
      }
      if version == known.collection.version { return known }
    }
    let fresh = try load(reusing: known)
    return current.withLock { snapshot in
      // Another thread may have loaded a newer one meanwhile.
      if let snapshot, snapshot.collection.id == fresh.collection.id,
        snapshot.collection.version > fresh.collection.version
      {
        return snapshot
      }
      snapshot = fresh
      return fresh
    }
  }

  private func load(reusing known: CollectionSnapshot?) throws(IndexStoreError) -> CollectionSnapshot {
    // A merge in another process may remove folders between the look at the rows and the opening of the files:
    // then the version has moved, and the newer rows are right.
    var attempt = 0
    while true {
      attempt += 1
      let state: (collection: CollectionRecord, segments: [SegmentRecord])?
      do {
        state = try home.catalog.state(ofCollection: name)
      } catch {
        throw IndexStoreError(error)
      }
      guard let state else { throw HomeFolder.missing(name, in: home.catalog) }
      do {
        return try open(state, reusing: known)
      } catch {
        let now = (try? home.catalog.version(of: state.collection.id)) ?? nil
        guard attempt < 5, now != state.collection.version else { throw error }
      }
    }
  }

  private func open(
    _ state: (collection: CollectionRecord, segments: [SegmentRecord]), reusing known: CollectionSnapshot?
  ) throws(IndexStoreError) -> CollectionSnapshot {
    let configuration = try CollectionConfiguration(json: state.collection.configuration)
    let isSame = known?.collection.id == state.collection.id
    var segments: [CollectionSnapshot.Segment] = []
    for record in state.segments {
      do {
        let old = isSame ? known?.segments.first { $0.reader.record.row == record.row } : nil
        let folder = SegmentFolder.path(record.number, in: home.folder(of: name))
        let reader =
          if let old, old.reader.record.manifest == record.manifest {
            old.reader
          } else {
            try SegmentReader(folder: folder, record: record, configuration: configuration)
          }
        var live: OrdinalSet?
        if record.deletesGeneration > 0 {
          let path = folder + "/" + DeletesFile.name(record.deletesGeneration)
          let deleted = try DeletesFile.read(path, chunkCount: record.chunkCount)
          guard deleted.count == record.deletedCount else {
            throw StorageError.corrupted(
              path, "it names \(deleted.count) of \(record.deletedCount) deleted chunks")
          }
          live = deleted.complement()
        }
        segments.append(CollectionSnapshot.Segment(reader: reader, live: live))
      } catch {
        throw IndexStoreError(error)
      }
    }
    return CollectionSnapshot(
      collection: state.collection, configuration: configuration, segments: segments, catalog: home.catalog)
  }
}
