/// A file that could not be written, opened or trusted, with what to do about it.
package struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The file is not there.
    case missing
    /// The file ends too early.
    case truncated
    /// A checksum or an invariant does not hold.
    case corrupted
    /// Written by a version of `rag` that this one does not read.
    case wrongVersion
    /// The disk or the quota is full.
    case noSpace
    /// Another process is writing.
    case locked
    /// Any other failure of the operating system.
    case io
  }

  package var code: Code
  /// Path of the file or folder concerned.
  package var path: String
  package var message: String
  /// The operating system's error number, 0 where there is none.
  package var errno: Int32

  package init(_ code: Code, path: String, _ message: String, errno: Int32 = 0) {
    self.code = code
    self.path = path
    self.message = message
    self.errno = errno
  }

  package var description: String { "\(path): \(message)" }
}

extension StorageError {
  /// The file at `path` breaks an invariant of its format.
  package static func corrupted(_ path: String, _ what: String) -> StorageError {
    StorageError(
      .corrupted, path: path,
      "\(what). The file is damaged: 'rag doctor' shows what is affected and how to rebuild it")
  }
}
