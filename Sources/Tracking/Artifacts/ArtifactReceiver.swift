import Crypto
import Foundation
import GRDB
import Storage

#if canImport(Glibc)
  import Glibc
#endif

/// Bytes of one file on their way into the store. What is not finished leaves nothing.
///
/// `@unchecked Sendable`: one task at a time uses it, one call after the other.
package final class ArtifactReceiver: @unchecked Sendable {
  private let store: ArtifactStore
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var hash = SHA256()
  private var count = 0
  private var isFinished = false

  init(store: ArtifactStore, path: String) throws(TrackingError) {
    self.store = store
    self.path = path
    let incoming = store.incoming
    temporary = incoming + "/" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: true)
    } catch {
      throw TrackingError(.failed, "\(incoming): cannot be made: \(error)", underlying: error)
    }
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.system("cannot be made", temporary) }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  /// - Throws: `.failed`.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(TrackingError) {
    hash.update(bufferPointer: bytes)
    var offset = 0
    while offset < bytes.count {
      let step = write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw Self.system("cannot be written", temporary) }
      offset += step
    }
    count += bytes.count
  }

  /// Puts the bytes in their place, and the path to them. Waits where the place is a bucket.
  ///
  /// - Throws: `.failed`.
  package func finish() throws(TrackingError) {
    let digest = Array(hash.finalize())
    guard fsync(descriptor) == 0 else { throw Self.system("cannot be synced", temporary) }
    try store.bytes.keep(temporary, digest: Hex.string(digest), bytes: count)
    isFinished = true
    let (path, count) = (path, count)
    try store.write { database in
      // A file and a folder of one name would hide each other.
      let parts = path.split(separator: "/")
      for end in 1..<max(parts.count, 1) {
        let above = parts.prefix(end).joined(separator: "/")
        if try Int.fetchOne(database, sql: "SELECT 1 FROM artifacts WHERE path = ?", arguments: [above])
          != nil
        {
          throw TrackingError(.invalid, "Invalid path: '\(above)' is a file")
        }
      }
      let inside = "SELECT 1 FROM artifacts WHERE path >= ?1 || '/' AND path < ?1 || '0'"
      if try Int.fetchOne(database, sql: inside, arguments: [path]) != nil {
        throw TrackingError(.invalid, "Invalid path: '\(path)' is a folder")
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO artifacts (path, digest, bytes, created_at) VALUES (?, ?, ?, ?)",
        arguments: [path, Data(digest), count, TrackingStore.now])
    }
  }

  private static func system(_ what: String, _ path: String) -> TrackingError {
    TrackingError(.failed, "\(path): \(what): \(String(cString: strerror(errno)))")
  }
}
