import Catalog
import Documents

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

  /// Documents that were sent. One whose identity belongs to a folder is a problem, as the folder's next ingest would
  /// bring the old one back.
  init(uploads: [UploadedDocument], writer: CollectionWriter) throws(IndexStoreError) {
    let catalog = writer.home.catalog
    do {
      source = try catalog.source(
        root: Self.uploadRoot, preferredLabel: "uploads", collection: writer.collection.id)
      problems = []
      candidates = []
      isComplete = false
      bringsBackDeleted = true
      prefix = ""
      for upload in uploads {
        let known = try catalog.document(upload.id, collection: writer.collection.id)
        if let known, known.source != source.id {
          problems.append(
            FailureRecord(
              path: upload.id,
              reason:
                "a document of this id was ingested from a folder: change it there, or choose another id"))
          continue
        }
        candidates.append(
          Candidate(
            id: upload.id, uri: Self.uploadRoot + upload.id,
            content: .upload(path: upload.path, name: upload.name), stamp: nil, metadata: upload.metadata))
      }
    } catch {
      throw IndexStoreError(error)
    }
  }
}
