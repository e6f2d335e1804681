import Catalog
import Crypto
import Documents
import Foundation
import IndexStore
import Storage

/// Keeps what was sent until its job is done.
///
/// Files are on disk before the job's row is there, and the row before the sender is told: what was accepted survives
/// a crash. Folders without a job are left over from one, and are cleared away.
package final class UploadStore: Sendable {
  /// What a job's row says, JSON.
  struct Request: Codable, Sendable {
    struct Document: Codable, Sendable {
      var id: String
      var name: String
      var file: String
      var metadata: [String: MetadataValue]
    }

    var documents: [Document]
  }

  static let kind = "upload"
  private let root: String

  package init(home: HomeFolder) {
    root = home.path + "/uploads"
  }

  /// - Parameter hash: the body, whose hash tells whether a request with a known key is the same one.
  /// - Throws: `ServiceError.conflict` for a known key with another body, `StorageError`, `CatalogError`.
  func accept(
    _ upload: Upload, owner: String, idempotencyKey: String?, hash body: [UInt8], in catalog: Catalog
  ) throws -> JobRecord {
    let id = UUID().uuidString.lowercased()
    let folder = folder(of: id)
    try Folder.create(folder)
    do {
      var request = Request(documents: [])
      for (index, document) in upload.documents.enumerated() {
        let file = String(index)
        try Folder.writeFile(document.bytes, to: folder + "/" + file)
        request.documents.append(
          Request.Document(id: document.id, name: document.name, file: file, metadata: document.metadata))
      }
      let job = JobRecord(
        id: id, kind: Self.kind, collection: upload.collection, owner: owner,
        request: String(decoding: try JSONEncoder().encode(request), as: UTF8.self),
        idempotencyKey: idempotencyKey, requestHash: Array(SHA256.hash(data: body)),
        createdAt: Date().timeIntervalSince1970)
      let kept = try catalog.add(job)
      guard kept.id == id else {
        try Folder.remove(folder)
        guard kept.requestHash == job.requestHash else {
          throw ServiceError(
            .conflict,
            "this Idempotency-Key was used with another body. Send a new one, or the same body again")
        }
        return kept
      }
      return kept
    } catch {
      try? Folder.remove(folder)
      throw error
    }
  }

  func folder(of job: String) -> String { root + "/" + job }

  /// The documents of a job.
  func documents(of job: JobRecord) throws -> [UploadedDocument] {
    let request = try JSONDecoder().decode(Request.self, from: Data(job.request.utf8))
    return request.documents.map {
      UploadedDocument(
        id: $0.id, name: $0.name, path: folder(of: job.id) + "/" + $0.file, metadata: $0.metadata)
    }
  }

  func remove(_ job: String) { try? Folder.remove(folder(of: job)) }

  /// Removes folders that belong to no job that is still to be done.
  func removeLeftovers(keeping jobs: Set<String>) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] where !jobs.contains(name)
    {
      remove(name)
    }
  }
}
