// The frame of every binary index file. All numbers are little-endian.
//
//   offset 0    header, 64 bytes: magic (8), kind (2), format version (2), zero (4), payload length (8),
//               zero (36), CRC-32C of bytes 0..<60 (4)
//   offset 64   payload
//   then        zeros to a multiple of 8; footer, 16 bytes: CRC-32C of the payload (4), footer magic (4),
//               payload length (8)
//
// Invariants:
// 1. A file with a valid header, the size that the header implies and a valid footer was written to its end.
// 2. `FramedFileWriter.finish()` syncs the file before it returns; until then the header is zeros, so that a
//    file cut off by a crash is never mistaken for a whole one.
// 3. Readers refuse another kind, and another version than `FileKind.versions`, before they look at the payload.

enum FileFrame {
  static let magic: UInt64 = 0x3130_5844_4947_4152  // "RAGIDX01"
  static let footerMagic: UInt32 = 0x444E_4552  // "REND"
  static let headerBytes = 64
  static let footerBytes = 16

  /// Size of the whole file for a payload of `count` bytes.
  static func fileBytes(payload count: Int) -> Int {
    footerOffset(payload: count) + footerBytes
  }

  static func footerOffset(payload count: Int) -> Int {
    headerBytes + (count + 7) & ~7
  }
}

extension Array where Element == UInt8 {
  /// Appends `value`, little-endian.
  package mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
