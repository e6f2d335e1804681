import CCompression

/// How the pages of a column are compressed.
enum ParquetCodec: Int {
  case none = 0
  case snappy = 1
  case gzip = 2
  case zstd = 6

  /// Larger pages are refused: a few bytes may claim to be many.
  private static let pageLimit = 1 << 30

  /// - Parameter count: bytes of the page.
  /// - Throws: `.malformed` for what does not give that many.
  func page(_ bytes: ArraySlice<UInt8>, count: Int) throws(TableError) -> [UInt8] {
    guard count >= 0, count <= Self.pageLimit else {
      throw TableError(.malformed, "the file is damaged: a page claims to have \(count) bytes")
    }
    if self == .none {
      guard bytes.count == count else { throw Self.broken }
      return Array(bytes)
    }
    if count == 0 { return [] }
    var isWhole = false
    let page = [UInt8](unsafeUninitializedCapacity: count) { output, written in
      isWhole = bytes.withUnsafeBytes { input in
        guard let source = input.baseAddress, let target = output.baseAddress else { return false }
        switch self {
        case .none: return false
        case .snappy:
          var size = 0
          guard
            snappy_uncompressed_length(source.assumingMemoryBound(to: CChar.self), input.count, &size)
              == SNAPPY_OK,
            size == count
          else { return false }
          return target.withMemoryRebound(to: CChar.self, capacity: count) {
            snappy_uncompress(source.assumingMemoryBound(to: CChar.self), input.count, $0, &size) == SNAPPY_OK
          } && size == count
        case .gzip: return Self.inflate(input, into: output)
        case .zstd: return ZSTD_decompress(target, count, source, input.count) == count
        }
      }
      written = isWhole ? count : 0
    }
    guard isWhole else { throw Self.broken }
    return page
  }

  private static func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    var stream = z_stream()
    guard rag_inflate_begin(&stream) == Z_OK else { return false }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.avail_in = UInt32(clamping: input.count)
    stream.next_out = output.baseAddress
    stream.avail_out = UInt32(clamping: output.count)
    return CCompression.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0
  }

  /// CRC-32 of a page as it lies in the file.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { bytes in
      UInt32(crc32(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(clamping: bytes.count)))
    }
  }

  private static let broken = TableError(.malformed, "the file is damaged: a page cannot be decompressed")
}
