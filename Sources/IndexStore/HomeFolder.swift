import Catalog
import Storage

/// The folder that holds all state: the catalog, and a folder for each collection's segments.
package final class HomeFolder: Sendable {
  package let path: String
  package let catalog: Catalog

  /// Opens the home at `path`.
  ///
  /// - Parameter createIfMissing: makes the folder and an empty catalog where there is none.
  /// - Throws: `IndexStoreError` `.collectionMissing` (no home), `.corrupted`, `.noSpace`, `.failed`.
  package init(path: String, createIfMissing: Bool) throws(IndexStoreError) {
    self.path = path
    do {
      if createIfMissing { try Folder.create(path) }
      catalog = try Catalog(path: path + "/catalog.sqlite", createIfMissing: createIfMissing)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Makes a collection.
  ///
  /// - Parameter name: letters, digits, `.`, `_`, `-`; at most 64, the first a letter or digit.
  /// - Throws: `IndexStoreError.invalidArgument` for another name or one that is taken.
  package func createCollection(
    _ name: String, configuration: CollectionConfiguration
  ) throws(IndexStoreError) {
    guard Self.isValidName(name) else {
      throw IndexStoreError(
        .invalidArgument,
        "'\(name)' cannot name a collection: use up to 64 letters, digits, '.', '_' and '-', "
          + "beginning with a letter or digit")
    }
    do {
      _ = try catalog.createCollection(named: name, configuration: configuration.json)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Removes a collection: its rows first, then its folder.
  package func deleteCollection(_ name: String) throws(IndexStoreError) {
    do {
      guard let collection = try catalog.collection(named: name) else {
        throw Self.missing(name, in: catalog)
      }
      let lock = try WriterLock(path: lockPath(of: name), holder: "rag collections delete")
      try catalog.deleteCollection(collection.id)
      try catalog.clearEmbeddingCache()
      try Folder.remove(folder(of: name) + "/segments")
      try Folder.remove(folder(of: name) + "/building")
      try catalog.purgeFreedBytes()
      _ = consume lock
      try Folder.remove(folder(of: name))
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Deletes a document by its identity: from then on nothing of it answers, and a later ingest of its folder passes
  /// over it.
  ///
  /// - Returns: the collection's new version; `nil` where it has no such document.
  /// - Throws: `IndexStoreError` `.locked` while another writes, `.collectionMissing`, `.failed`.
  package func deleteDocument(
    _ id: String, from name: String, threads: Int, holder: String
  ) throws(IndexStoreError) -> Int64? {
    do {
      let writer = try CollectionWriter(name, in: self, threads: threads, holder: holder)
      guard let document = try catalog.document(id, collection: writer.collection.id) else {
        // A mailbox is no document itself: its mails go with it.
        guard let file = try catalog.file(id, collection: writer.collection.id) else { return nil }
        try catalog.markDeleted(file.id, collection: writer.collection.id)
        try writer.remove(files: [file.row])
        return writer.collection.version
      }
      try catalog.markDeleted(document.id, collection: writer.collection.id)
      if document.parent == nil {
        try writer.remove(files: [document.file])
      } else {
        try writer.remove(files: [], documents: [document.row])
      }
      return writer.collection.version
    } catch {
      throw IndexStoreError(error)
    }
  }

  package func folder(of collection: String) -> String { path + "/" + collection }

  func lockPath(of collection: String) -> String { folder(of: collection) + "/writer.lock" }

  package static func isValidName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    guard let first = bytes.first, isAlphanumeric(first), bytes.count <= 64 else { return false }
    return bytes.allSatisfy { isAlphanumeric($0) || $0 == 46 || $0 == 95 || $0 == 45 }
      && name != "catalog.sqlite"
  }

  /// The error for a collection that is not there, naming those that are.
  static func missing(_ name: String, in catalog: Catalog) -> IndexStoreError {
    let names = ((try? catalog.collections()) ?? []).map(\.name)
    let known =
      names.isEmpty
      ? "There is none yet: 'rag ingest PATH' makes one" : "There are: " + names.joined(separator: ", ")
    return IndexStoreError(.collectionMissing, "there is no collection '\(name)'. \(known)")
  }
}
