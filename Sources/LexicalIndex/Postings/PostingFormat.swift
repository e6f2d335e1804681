// postings.bin and terms.dict, payloads (little-endian; every offset from the payload's start).
//
// postings.bin: the lists one after another. A list of fewer than 128 postings is `df` pairs of variable integers:
// distance to the ordinal before (the first: the ordinal), frequency. A longer one is
//   headers, 16 bytes a block of 128 (the last may be shorter): last ordinal (4), offset of the block from the end of
//   the headers (4), largest frequency (4), least chunk length (4);
//   blocks: bits of a distance minus one (1), bits of a frequency minus one (1), the distances, then the frequencies,
//   each packed from the lowest bit, each section padded to whole bytes. Distances count from the last ordinal of
//   the block before, for the first block from −1.
//
// terms.dict: term count (8), block count (8), flags (8; bit 0: there is a positions.bin), then for each block of 64 terms the
//   offset of its bytes (8), then the blocks. A term is: bytes shared with the term before (variable, 0 for the first
//   of a block), further bytes (variable), those bytes, document frequency, offset of its list in postings.bin, bytes
//   of its list (all variable).
//
// positions.bin, where the collection keeps places: term count (8), then for each term the offset of its places (8)
//   and the end of the last (8), then for each posting of the term its places in the chunk, counted in terms from 0:
//   as many variable integers as its frequency, each the distance to the one before, the first the place.
//
// norms.bin: chunk count (8), total length (8), then the length of each chunk (4 each).

enum PostingFormat {
  static let blockSize = 128
  static let blockHeaderBytes = 16
  static let termsPerBlock = 64

  /// Bits that hold `value`.
  static func bits(_ value: UInt32) -> Int { 32 - value.leadingZeroBitCount }

  /// Bytes of `count` numbers of `bits` bits.
  static func packedBytes(count: Int, bits: Int) -> Int { (count * bits + 7) / 8 }

  static func pack(_ values: [UInt32], bits: Int, into bytes: inout [UInt8]) {
    var buffer: UInt64 = 0
    var filled = 0
    for value in values {
      buffer |= UInt64(value) << UInt64(filled)
      filled += bits
      while filled >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: buffer))
        buffer >>= 8
        filled -= 8
      }
    }
    if filled > 0 { bytes.append(UInt8(truncatingIfNeeded: buffer)) }
  }
}
