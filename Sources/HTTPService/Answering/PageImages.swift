import Catalog
import Crypto
import Documents
import IndexStore
import Storage
import Synchronization

/// Pictures of the pages of documents, made from their source files when they are asked for.
///
/// 1. The bytes that are shown are those that were ingested: their hash is the document's.
/// 2. The path is the catalog's, never the request's.
/// 3. Pictures are made on threads of their own, a few at a time, so that searches do not wait for them.
final class PageImages: Sendable {
  private struct Cache {
    /// Newest last.
    var images: [(key: String, image: PageImage)] = []
    var bytes = 0
  }

  /// Bytes of all pictures that are kept.
  private static let limit = 32 << 20
  /// Longest file that is read, bytes.
  private static let fileBytes = 1 << 30

  private let renderer: PageImageRenderer
  private let gate = AdmissionGate(slots: 2, queue: 32)
  private let cache = Mutex(Cache())

  init(renderer: PageImageRenderer = PageImageRenderer()) {
    self.renderer = renderer
  }

  /// What stands for the picture in caches: the document's contents and the page.
  static func key(_ document: DocumentRecord, page: Int) -> String {
    Hex.string(document.contentHash) + "-" + String(page)
  }

  /// The picture of a page of `document`, which its reader may see.
  ///
  /// - Throws: `ServiceError`: `.pageMissing`, `.sourceGone`, `.sourceChanged`, `.pageUnavailable`; `AdmissionError`.
  func image(of document: DocumentRecord, page: Int, deadline: ContinuousClock.Instant?) async throws
    -> PageImage
  {
    guard document.format.hasPageImages else {
      throw ServiceError(
        .pageMissing,
        "there are no pictures of pages of \(document.format.rawValue) documents: show the text instead")
    }
    let key = Self.key(document, page: page)
    if let known = kept(key) { return known }
    let renderer = renderer
    let image = try await gate.run(deadline: deadline) { () throws -> PageImage? in
      let bytes = try Self.source(of: document)
      do throws(DocumentError) {
        return try renderer.image(of: bytes, page: page)
      } catch {
        throw ServiceError(
          error.code == .unsupportedFormat ? .pageMissing : .pageUnavailable,
          "page \(page) cannot be shown: \(error.message)")
      }
    }
    guard let image else {
      throw ServiceError(.pageMissing, "there is no page \(page) in '\(document.id.prefix(200))'")
    }
    keep(image, key)
    return image
  }

  /// The bytes that were ingested.
  private static func source(of document: DocumentRecord) throws(ServiceError) -> [UInt8] {
    if document.parent != nil {
      throw ServiceError(
        .pageMissing,
        "this document came inside another file, such as the mail that it was attached to: there is no picture of its "
          + "pages, show the text instead")
    }
    // The name of the file may be no UTF-8.
    let path = DocumentPath(document.uri)
    guard document.uri.hasPrefix("/") else {
      throw ServiceError(
        .pageMissing,
        "the file of this document was sent, and is not kept once it is read: there is no picture of its pages, "
          + "show the text instead")
    }
    let changed = ServiceError(
      .sourceChanged, "the file has changed since it was ingested: ingest it again, or show the text instead")
    guard let stamp = SourceStamp(path: path) else {
      throw ServiceError(
        .sourceGone,
        "the file of this document is no longer where it was ingested from: show the text instead")
    }
    if let known = document.stamp, known.bytes != stamp.bytes { throw changed }
    let bytes: [UInt8]
    do {
      bytes = try Folder.readFile(path, limit: fileBytes)
    } catch {
      throw ServiceError(
        .sourceGone, "the file of this document cannot be read any more: show the text instead")
    }
    guard Array(SHA256.hash(data: bytes)) == document.contentHash else { throw changed }
    return bytes
  }

  private func kept(_ key: String) -> PageImage? {
    cache.withLock { cache in
      guard let index = cache.images.firstIndex(where: { $0.key == key }) else { return nil }
      let item = cache.images.remove(at: index)
      cache.images.append(item)
      return item.image
    }
  }

  private func keep(_ image: PageImage, _ key: String) {
    guard image.bytes.count <= Self.limit / 4 else { return }
    cache.withLock { cache in
      guard !cache.images.contains(where: { $0.key == key }) else { return }
      cache.images.append((key, image))
      cache.bytes += image.bytes.count
      while cache.bytes > Self.limit, !cache.images.isEmpty {
        cache.bytes -= cache.images.removeFirst().image.bytes.count
      }
    }
  }
}
