import CKernels
import Glibc

/// What was written: goes into the segment's manifest.
package struct FileSummary: Codable, Hashable, Sendable {
  /// Base name.
  package var name: String
  /// Size of the whole file, bytes.
  package var bytes: Int
  /// CRC-32C of the payload.
  package var crc32c: UInt32
}

/// Writes one framed index file from front to back; see `FileFrame` for the format.
///
/// Not finished means not there: if the writer goes away before `finish()`, the file is removed.
package struct FramedFileWriter: ~Copyable {
  package let path: String
  private let kind: FileKind
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var crc: UInt32 = 0
  /// Payload bytes so far.
  package private(set) var payloadCount = 0

  private static let bufferBytes = 1 << 20

  /// Creates the file; one of the same name is replaced.
  ///
  /// - Throws: `StorageError` `.noSpace`, `.missing` (no such folder), `.io`.
  package init(path: String, kind: FileKind) throws(StorageError) {
    self.path = path
    self.kind = kind
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw .system("create the file", path) }
    buffer.reserveCapacity(Self.bufferBytes)
    buffer = [UInt8](repeating: 0, count: FileFrame.headerBytes)
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(path)
    }
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    crc = rag_crc32c(crc, bytes.baseAddress, bytes.count)
    payloadCount += bytes.count
    if bytes.count >= Self.bufferBytes {
      try flush()
      try Self.writeAll(bytes, to: descriptor, path: path)
    } else {
      buffer.append(contentsOf: bytes)
      if buffer.count >= Self.bufferBytes { try flush() }
    }
  }

  /// Appends the bytes of `values` as they are in memory (little-endian on every platform that `rag` runs on).
  package mutating func append<Element: BitwiseCopyable>(contentsOf values: [Element]) throws(StorageError) {
    // The closure cannot carry a typed error and an inout capture of a noncopyable self at once.
    let result: Result<Void, StorageError> = values.withUnsafeBytes { bytes in
      do throws(StorageError) {
        try append(bytes)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Appends one number, little-endian.
  package mutating func append(littleEndian value: some FixedWidthInteger) throws(StorageError) {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(value)
    try append(contentsOf: bytes)
  }

  /// Appends zeros until the payload length is a multiple of `alignment`.
  package mutating func align(to alignment: Int) throws(StorageError) {
    let rest = payloadCount % alignment
    if rest > 0 { try append(contentsOf: [UInt8](repeating: 0, count: alignment - rest)) }
  }

  /// Writes footer and header, syncs and closes.
  package consuming func finish() throws(StorageError) -> FileSummary {
    var footer = [UInt8](
      repeating: 0,
      count: FileFrame.footerOffset(payload: payloadCount) - FileFrame.headerBytes - payloadCount)
    footer.appendLittleEndian(crc)
    footer.appendLittleEndian(FileFrame.footerMagic)
    footer.appendLittleEndian(UInt64(payloadCount))
    buffer.append(contentsOf: footer)
    try flush()

    var header: [UInt8] = []
    header.appendLittleEndian(FileFrame.magic)
    header.appendLittleEndian(kind.rawValue)
    header.appendLittleEndian(kind.versions.upperBound)
    header.appendLittleEndian(UInt32(0))
    header.appendLittleEndian(UInt64(payloadCount))
    header.append(contentsOf: [UInt8](repeating: 0, count: FileFrame.headerBytes - 4 - header.count))
    header.appendLittleEndian(header.withUnsafeBytes { rag_crc32c(0, $0.baseAddress, $0.count) })
    guard pwrite(descriptor, header, header.count, 0) == header.count else {
      throw .system("write", path)
    }
    guard fsync(descriptor) == 0 else { throw .system("sync", path) }
    guard close(descriptor) == 0 else {
      descriptor = -1
      throw .system("close", path)
    }
    descriptor = -1
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return FileSummary(name: name, bytes: FileFrame.fileBytes(payload: payloadCount), crc32c: crc)
  }

  private mutating func flush() throws(StorageError) {
    guard !buffer.isEmpty else { return }
    let written: Result<Void, StorageError> = buffer.withUnsafeBytes { bytes in
      do throws(StorageError) {
        try Self.writeAll(bytes, to: descriptor, path: path)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    buffer.removeAll(keepingCapacity: true)
    try written.get()
  }

  private static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(StorageError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }
}
