import Glibc

extension StorageError {
  /// The error of a system call that has just failed.
  ///
  /// - Parameter action: what was attempted, such as "write".
  static func system(_ action: String, _ path: String, errno number: Int32 = Glibc.errno) -> StorageError {
    let reason = String(cString: strerror(number))
    switch number {
    case ENOSPC, EDQUOT:
      return StorageError(
        .noSpace, path: path,
        "cannot \(action): \(reason). Free some space and run the command again; what was committed is intact",
        errno: number)
    case EFBIG:
      return StorageError(
        .noSpace, path: path,
        "cannot \(action): \(reason). Raise the file size limit (ulimit -f) and run the command again; "
          + "what was committed is intact", errno: number)
    case ENOENT:
      return StorageError(
        .missing, path: path,
        "cannot \(action): it is missing. 'rag doctor' shows what is affected and how to rebuild it",
        errno: number)
    case EACCES, EPERM, EROFS:
      return StorageError(
        .io, path: path, "cannot \(action): \(reason). Check the owner and permissions of the home folder",
        errno: number)
    default:
      return StorageError(.io, path: path, "cannot \(action): \(reason)", errno: number)
    }
  }
}
