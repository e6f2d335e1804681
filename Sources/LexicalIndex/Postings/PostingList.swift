import Kernels

/// The postings of one term, as they lie in the file.
///
/// Of a damaged list some postings are missing or wrong; no byte outside of it is read.
package struct PostingList {
  package let documentFrequency: Int
  /// Place of the term in the dictionary, from 0.
  let termNumber: Int
  /// The term's bytes of postings.bin; the reader that gave this list keeps them mapped.
  private let bytes: UnsafeRawBufferPointer
  /// Blocks of a list that has them.
  let blockCount: Int

  init(documentFrequency: Int, termNumber: Int, bytes: UnsafeRawBufferPointer) {
    self.documentFrequency = documentFrequency
    self.termNumber = termNumber
    self.bytes = bytes
    let blocks = (documentFrequency + PostingFormat.blockSize - 1) / PostingFormat.blockSize
    blockCount = blocks * PostingFormat.blockHeaderBytes <= bytes.count ? blocks : 0
  }

  /// Whether the list has blocks with headers.
  var isBlocked: Bool { documentFrequency >= PostingFormat.blockSize }

  /// Calls `body` with every posting, by ordinal.
  ///
  /// - Complexity: O(postings).
  package func forEach(_ body: (Ordinal, _ frequency: UInt32) -> Void) {
    var cursor = PostingCursor(self)
    while cursor.ordinal != PostingCursor.end {
      body(cursor.ordinal, cursor.frequency)
      cursor.advance()
    }
  }

  /// The last ordinal of a block below `blockCount`.
  @inline(__always)
  func lastOrdinal(_ block: Int) -> UInt32 { header(block, 0) }

  /// The first ordinal that a block may hold.
  @inline(__always)
  func firstOrdinal(_ block: Int) -> UInt32 { block == 0 ? 0 : header(block - 1, 0) &+ 1 }

  /// Largest frequency and least length of a block below `blockCount`.
  @inline(__always)
  func limits(_ block: Int) -> (frequency: UInt32, length: UInt32) { (header(block, 8), header(block, 12)) }

  @inline(__always)
  private func header(_ block: Int, _ field: Int) -> UInt32 {
    bytes.loadUnaligned(fromByteOffset: block * PostingFormat.blockHeaderBytes + field, as: UInt32.self)
  }

  /// Unpacks the ordinals of a block, which take room for a whole one.
  ///
  /// - Returns: how many there are; 0 where the list is damaged.
  func readOrdinals(_ block: Int, _ ordinals: UnsafeMutablePointer<UInt32>) -> Int {
    guard let place = place(of: block) else { return 0 }
    let kernels = PostingKernels.current
    kernels.unpack(
      UnsafeRawBufferPointer(rebasing: bytes[(place.start + 2)...]), count: place.count,
      bits: place.distanceBits,
      into: ordinals)
    kernels.addGaps(ordinals, count: place.count, before: block == 0 ? .max : header(block - 1, 0))
    return place.count
  }

  /// Unpacks a block, scored; ordinals and steps take room for a whole one.
  ///
  /// - Returns: how many postings there are; 0 where the list is damaged.
  func decode(
    _ block: Int, _ term: BM25Term, _ ordinals: UnsafeMutablePointer<UInt32>,
    _ steps: UnsafeMutablePointer<Int32>
  ) -> Int {
    guard let place = place(of: block) else { return 0 }
    PostingKernels.current.decode(
      UnsafeRawBufferPointer(rebasing: bytes[(place.start + 2)...]), count: place.count,
      distanceBits: place.distanceBits, countBits: place.countBits,
      before: block == 0 ? .max : header(block - 1, 0), term, ordinals: ordinals, steps: steps)
    return place.count
  }

  /// Unpacks the frequencies of a block, each less one; nothing where the list is damaged.
  func readFrequencies(_ block: Int, _ lessOne: UnsafeMutablePointer<UInt32>) {
    guard let place = place(of: block) else { return }
    let start = place.start + 2 + PostingFormat.packedBytes(count: place.count, bits: place.distanceBits)
    PostingKernels.current.unpack(
      UnsafeRawBufferPointer(rebasing: bytes[start...]), count: place.count, bits: place.countBits,
      into: lessOne)
  }

  @inline(__always)
  private func place(of block: Int) -> (start: Int, count: Int, distanceBits: Int, countBits: Int)? {
    guard block < blockCount else { return nil }
    let count = min(PostingFormat.blockSize, documentFrequency - block * PostingFormat.blockSize)
    let start = blockCount * PostingFormat.blockHeaderBytes + Int(header(block, 4))
    guard start + 2 <= bytes.count else { return nil }
    let distanceBits = Int(bytes[start])
    let countBits = Int(bytes[start + 1])
    let size =
      PostingFormat.packedBytes(count: count, bits: distanceBits)
      + PostingFormat.packedBytes(count: count, bits: countBits)
    guard distanceBits <= 32, countBits <= 32, start + 2 + size <= bytes.count else { return nil }
    return (start, count, distanceBits, countBits)
  }

  /// Reads the postings of a list without blocks; frequencies less one.
  ///
  /// - Returns: how many there are.
  func readShort(_ ordinals: UnsafeMutablePointer<UInt32>, _ lessOne: UnsafeMutablePointer<UInt32>) -> Int {
    var offset = 0
    var value: UInt64 = 0
    for place in 0..<documentFrequency {
      value &+= VariableInteger.read(bytes, &offset, limit: bytes.count) ?? 0
      ordinals[place] = UInt32(truncatingIfNeeded: value)
      let frequency = VariableInteger.read(bytes, &offset, limit: bytes.count) ?? 1
      lessOne[place] = UInt32(truncatingIfNeeded: frequency) &- 1
    }
    return documentFrequency
  }
}
