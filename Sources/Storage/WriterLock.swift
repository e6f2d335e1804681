import Glibc

/// The right to write to a folder, for one process at a time; given back when this goes away or the process ends.
///
/// The kernel holds the lock (`flock`), so that a killed holder never leaves one behind; the file's text names
/// the holder for messages only.
package struct WriterLock: ~Copyable, Sendable {
  private let descriptor: Int32

  /// - Throws: `StorageError.locked`, naming the holder, when another process or lock of this one has it.
  package init(path: String, holder: String) throws(StorageError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("open the lock file", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      var bytes = [UInt8](repeating: 0, count: 256)
      let count = pread(descriptor, &bytes, bytes.count, 0)
      close(descriptor)
      guard number == EWOULDBLOCK else { throw .system("lock", path, errno: number) }
      let name = count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : "another process"
      throw StorageError(
        .locked, path: path, "it is being written by \(name). Wait until that ends, or stop it", errno: number
      )
    }
    let text = Array("\(holder) (process \(getpid()))".utf8)
    ftruncate(descriptor, 0)
    pwrite(descriptor, text, text.count, 0)
  }

  deinit {
    close(descriptor)
  }
}
