import CKernels
import Glibc

/// Folders and small files, changed so that a crash leaves the old state or the new one.
package enum Folder {
  /// Creates `path` and its parents where they are missing, and syncs what it changed.
  package static func create(_ path: String) throws(StorageError) {
    var current = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      let parent = current.isEmpty ? "/" : current
      current += "/" + part
      if mkdir(current, 0o755) == 0 {
        try sync(parent)
      } else if errno != EEXIST {
        throw .system("create the folder", current)
      }
    }
    guard isFolder(path) else {
      throw StorageError(.io, path: path, "cannot create the folder: a file of that name is in the way")
    }
  }

  /// Makes the entries of folder `path` durable.
  package static func sync(_ path: String) throws(StorageError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open the folder", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("sync the folder", path) }
  }

  /// Renames `source` to `target` and syncs both parents. The target must not be a folder with entries.
  package static func move(_ source: String, to target: String) throws(StorageError) {
    guard rename(source, target) == 0 else { throw .system("rename to \(target)", source) }
    let parents = [parent(of: source), parent(of: target)]
    try sync(parents[1])
    if parents[0] != parents[1] { try sync(parents[0]) }
  }

  /// Swaps two folders in one step: nobody ever finds neither.
  package static func exchange(_ a: String, with b: String) throws(StorageError) {
    guard rag_exchange(a, b) == 0 else {
      throw .system("exchange with \(b)", a)
    }
    try sync(parent(of: a))
    try sync(parent(of: b))
  }

  /// Names of the entries of `path`, sorted by bytes; empty where the folder is missing.
  ///
  /// For folders of our own, whose names are UTF-8; `list` is for any other.
  package static func entries(_ path: String) throws(StorageError) -> [String] {
    do {
      return try list(opendir(path), path).map { String(decoding: $0, as: UTF8.self) }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch  where error.code == .missing {
      return []
    }
  }

  /// Names of the entries of a folder, in their order.
  ///
  /// - Throws: `StorageError`, `.missing` where there is no such folder, also where listing breaks off half-way.
  package static func list(_ path: DocumentPath) throws(StorageError) -> [DocumentPath] {
    try list(opendir(path.systemPath), path.text).map { DocumentPath(fileBytes: $0) }.sorted()
  }

  private static func list(_ opened: OpaquePointer?, _ path: String) throws(StorageError) -> [[UInt8]] {
    guard let directory = opened else { throw .system("list the folder", path) }
    defer { closedir(directory) }
    var names: [[UInt8]] = []
    errno = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != [0x2E] && name != [0x2E, 0x2E] { names.append(name) }
      errno = 0
    }
    if errno != 0 { throw .system("list the folder", path) }
    return names
  }

  /// Removes `path` with all it holds; nothing to do where it is missing. Links are removed, not followed.
  package static func remove(_ path: String) throws(StorageError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw .system("inspect", path)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try entries(path) { try remove(path + "/" + name) }
      guard rmdir(path) == 0 || errno == ENOENT else { throw .system("remove the folder", path) }
    } else {
      guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path) }
    }
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package static func isFolder(_ path: DocumentPath) -> Bool {
    var status = stat()
    return stat(path.systemPath, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  /// Writes a small file beside its place, syncs it and renames it there.
  package static func writeFile(_ bytes: [UInt8], to path: String) throws(StorageError) {
    let temporary = path + ".new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("create the file", temporary) }
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let failure = StorageError.system("write", temporary)
        close(descriptor)
        unlink(temporary)
        throw failure
      }
      offset += count
    }
    guard fsync(descriptor) == 0 else {
      let failure = StorageError.system("sync", temporary)
      close(descriptor)
      throw failure
    }
    close(descriptor)
    try move(temporary, to: path)
  }

  /// Reads a file whole.
  ///
  /// - Parameter limit: a larger file is refused before it is read, bytes.
  package static func readFile(_ path: String, limit: Int = .max) throws(StorageError) -> [UInt8] {
    try read(open(path, O_RDONLY | O_CLOEXEC), path, limit: limit)
  }

  /// Reads a file whole, whatever the bytes of its name.
  package static func readFile(_ path: DocumentPath, limit: Int = .max) throws(StorageError) -> [UInt8] {
    // A pipe that was put in place of the file must not hold us up.
    try read(open(path.systemPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK), path.text, limit: limit)
  }

  private static func read(
    _ descriptor: Int32, _ path: String, limit: Int
  ) throws(StorageError) -> [UInt8] {
    guard descriptor >= 0 else { throw .system("open the file", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("inspect the file", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw StorageError(.io, path: path, "it is not a regular file")
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw StorageError(.io, path: path, "\(size) bytes, over the limit of \(limit)")
    }
    var offset = 0
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while offset < size {
        let step = Glibc.read(descriptor, buffer.baseAddress.map { $0 + offset }, size - offset)
        if step < 0 && errno == EINTR { continue }
        if step < 0 { failure = errno }
        if step <= 0 { break }
        offset += step
      }
      count = offset
    }
    if failure != 0 { throw .system("read", path, errno: failure) }
    return bytes
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
