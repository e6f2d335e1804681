#if canImport(Glibc)
  import Glibc
#endif

/// A model file mapped for reading.
///
/// `@unchecked Sendable`: the mapping is private, read-only, and lives as long as the object.
final class MappedModelFile: @unchecked Sendable {
  let path: String
  let bytes: UnsafeRawBufferPointer

  /// - Throws: `EmbeddingError.modelMissing` if there is no such file, `.modelInvalid` if it can't be mapped.
  init(path: String) throws(EmbeddingError) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw EmbeddingError(
        errno == ENOENT ? .modelMissing : .modelInvalid,
        "\(path) cannot be opened (\(String(cString: strerror(errno)))): install the model, or check the path"
      )
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw EmbeddingError(.modelInvalid, "\(path) is not a file: install the model again")
    }
    let count = Int(status.st_size)
    if count == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let start, start != MAP_FAILED else {
      throw EmbeddingError(
        .modelInvalid, "\(path) cannot be mapped (\(String(cString: strerror(errno)))): is memory limited?")
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// Says that the bytes are read once, from the front.
  func expectSequentialReading() {
    guard let start = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, MADV_SEQUENTIAL)
  }
}
