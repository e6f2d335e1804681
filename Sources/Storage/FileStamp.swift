import Glibc

/// What changes whenever a file's bytes are changed through the file system.
///
/// A file whose stamp is the one recorded when its checksum was last right need not be read again to be
/// trusted at open. A copy of a home has other stamps and is read in full.
package struct FileStamp: Codable, Hashable, Sendable {
  package var inode: UInt64
  package var bytes: Int64
  /// Nanoseconds since 1970.
  package var modified: Int64
  /// Nanoseconds since 1970; no program can set it back.
  package var changed: Int64

  package init(inode: UInt64, bytes: Int64, modified: Int64, changed: Int64) {
    self.inode = inode
    self.bytes = bytes
    self.modified = modified
    self.changed = changed
  }

  /// - Throws: `StorageError` `.missing`, `.io`.
  package init(of path: String) throws(StorageError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("inspect the file", path) }
    inode = UInt64(status.st_ino)
    bytes = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  }
}
