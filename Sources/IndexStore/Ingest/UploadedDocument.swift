import Catalog
import Documents
import Storage

/// A document that was sent, and is in no folder of the user's.
package struct UploadedDocument: Sendable {
  /// Identity: the same one replaces the document.
  package var id: String
  /// File name; tells the format.
  package var name: String
  /// Where its bytes are until it is ingested.
  package var path: String
  /// Above what the document says of itself; `access` holds its labels.
  package var metadata: [String: MetadataValue]

  package init(id: String, name: String, path: String, metadata: [String: MetadataValue]) {
    self.id = id
    self.name = name
    self.path = path
    self.metadata = metadata
  }
}

extension IngestSource {
  /// Root of the source that uploads belong to; no path looks like it.
  static let uploadRoot = "upload:"

  /// Documents that were sent.
  init(uploads: [UploadedDocument], writer: CollectionWriter) throws(IndexStoreError) {
    do {
      source = try writer.home.catalog.source(
        root: Self.uploadRoot, preferredLabel: "uploads", collection: writer.collection.id)
    } catch {
      throw IndexStoreError(error)
    }
    place = Self.uploadRoot
    isComplete = false
    bringsBackDeleted = true
    candidates = uploads.map { upload in
      Candidate(
        id: DocumentPath(upload.id), uri: Self.uploadRoot + upload.id,
        content: .upload(path: upload.path, name: upload.name), stamp: nil, metadata: upload.metadata)
    }
  }
}
