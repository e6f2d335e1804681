import CKernels
import Glibc

/// A framed index file, mapped read-only.
///
/// Opening checks header, size and footer, which costs two page reads; the payload's checksum is checked by
/// `verifyChecksum()`, which reads it all. The mapping outlives the file's removal.
package final class MappedFile: Sendable {
  package let path: String
  package let kind: FileKind
  package let formatVersion: UInt16
  /// CRC-32C of the payload as the footer records it.
  package let recordedCRC: UInt32
  // Safe to share: the pages are read-only and unmapped only in `deinit`.
  private nonisolated(unsafe) let base: UnsafeRawPointer
  private let mappedBytes: Int
  /// Bytes.
  package let payloadCount: Int

  /// Size of the whole file, bytes.
  package var fileBytes: Int { mappedBytes }

  /// - Throws: `StorageError` `.missing`, `.truncated`, `.corrupted`, `.wrongVersion`, `.io`.
  package init(path: String, kind: FileKind) throws(StorageError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open the file", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("inspect the file", path) }
    let size = Int(status.st_size)
    guard size >= FileFrame.headerBytes + FileFrame.footerBytes else {
      throw StorageError(
        .truncated, path: path,
        "the file ends after \(size) bytes. 'rag doctor' shows what is affected and how to rebuild it")
    }
    guard let mapping = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), mapping != MAP_FAILED else {
      throw .system("map the file", path)
    }
    base = UnsafeRawPointer(mapping)
    mappedBytes = size
    self.path = path
    self.kind = kind

    func number<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
      T(littleEndian: UnsafeRawPointer(mapping).loadUnaligned(fromByteOffset: offset, as: T.self))
    }
    let declared = number(16, UInt64.self)
    formatVersion = number(10, UInt16.self)
    payloadCount = Int(clamping: declared)

    var problem: StorageError?
    if number(0, UInt64.self) != FileFrame.magic {
      problem = .corrupted(path, "it does not begin as an index file of rag")
    } else if rag_crc32c(0, mapping, FileFrame.headerBytes - 4) != number(60, UInt32.self) {
      problem = .corrupted(path, "the header's checksum is wrong")
    } else if number(8, UInt16.self) != kind.rawValue {
      problem = .corrupted(path, "it is not a file of kind \(kind)")
    } else if !kind.versions.contains(formatVersion) {
      problem = StorageError(
        .wrongVersion, path: path,
        "format version \(formatVersion), but this rag reads \(kind.versions). "
          + "Use the rag that wrote it, or rebuild the index with 'rag reindex'")
    } else if declared > UInt64(size) || FileFrame.fileBytes(payload: payloadCount) != size {
      problem = StorageError(
        .truncated, path: path,
        "\(size) bytes, but its header promises \(declared) and the frame. "
          + "'rag doctor' shows what is affected and how to rebuild it")
    }
    if let problem {
      recordedCRC = 0
      // `deinit` unmaps.
      throw problem
    }
    let footer = FileFrame.footerOffset(payload: payloadCount)
    recordedCRC = number(footer, UInt32.self)
    if number(footer + 4, UInt32.self) != FileFrame.footerMagic || number(footer + 8, UInt64.self) != declared
    {
      throw .corrupted(path, "the footer is damaged")
    }
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: base), mappedBytes)
  }

  /// The payload, aligned to 64 bytes.
  ///
  /// Valid while this object lives: an owner that keeps it in a hot loop holds the `MappedFile` beside it.
  package var unsafePayload: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + FileFrame.headerBytes, count: payloadCount)
  }

  /// Calls `body` with the payload, aligned to 64 bytes.
  package func withPayload<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(unsafePayload)
  }

  /// Reads the whole payload and compares its checksum with the footer's; the padding behind it must be zeros.
  ///
  /// - Throws: `StorageError.corrupted`.
  /// - Complexity: O(payload bytes).
  package func verifyChecksum() throws(StorageError) {
    let payload = unsafePayload
    guard rag_crc32c(0, payload.baseAddress, payload.count) == recordedCRC else {
      throw .corrupted(path, "the payload's checksum is wrong")
    }
    let padding = FileFrame.headerBytes + payloadCount..<FileFrame.footerOffset(payload: payloadCount)
    guard padding.allSatisfy({ base.load(fromByteOffset: $0, as: UInt8.self) == 0 }) else {
      throw .corrupted(path, "the bytes behind the payload are not zero")
    }
  }

  /// Advises the kernel that the payload is read at random places, or all of it soon.
  package func advise(_ advice: Advice) {
    let code = advice == .random ? POSIX_MADV_RANDOM : POSIX_MADV_WILLNEED
    posix_madvise(UnsafeMutableRawPointer(mutating: base), mappedBytes, Int32(code))
  }

  package enum Advice: Sendable {
    case random, willNeed
  }
}
