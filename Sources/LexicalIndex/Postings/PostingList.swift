import Kernels

/// The postings of one term, as they lie in the file.
package struct PostingList {
  package let documentFrequency: Int
  /// Place of the term in the dictionary, from 0.
  let termNumber: Int
  /// The term's bytes of postings.bin; the reader that gave this list keeps them mapped.
  let bytes: UnsafeRawBufferPointer

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
}

/// Walks a posting list; a block is unpacked when it is entered.
struct PostingCursor {
  /// The ordinal behind the last one.
  static let end = Ordinal.max

  private let bytes: UnsafeRawBufferPointer
  private let count: Int
  private let blockCount: Int
  private var block = 0
  private var ordinals: [UInt32]
  private var frequencies: [UInt32]
  private var index = 0
  private var filled = 0

  private(set) var ordinal: Ordinal = PostingCursor.end
  var frequency: UInt32 { frequencies[index] }

  init(_ list: PostingList) {
    bytes = list.bytes
    count = list.documentFrequency
    let isBlocked = count >= PostingFormat.blockSize
    blockCount = isBlocked ? (count + PostingFormat.blockSize - 1) / PostingFormat.blockSize : 1
    ordinals = [UInt32](repeating: 0, count: PostingFormat.blockSize)
    frequencies = [UInt32](repeating: 0, count: PostingFormat.blockSize)
    if count > 0 { load(0) }
  }

  /// Whether the list has block headers.
  private var isBlocked: Bool { count >= PostingFormat.blockSize }

  mutating func advance() {
    index += 1
    if index < filled {
      ordinal = ordinals[index]
    } else {
      load(block + 1)
    }
  }

  /// Moves to the first posting at or behind `target`.
  ///
  /// - Complexity: O(log blocks) and one block to unpack.
  mutating func seek(_ target: Ordinal) {
    guard ordinal < target else { return }
    if ordinals[filled - 1] < target {
      let next = firstBlock(endingAtOrAfter: target, from: block + 1)
      load(next)
      if ordinal == Self.end { return }
    }
    while index < filled - 1, ordinals[index] < target { index += 1 }
    ordinal = ordinals[index]
  }

  /// Largest frequency and least length in the block that would hold `target`; `nil` behind the list or where the
  /// list has no blocks.
  func blockBounds(for target: Ordinal) -> (frequency: UInt32, length: UInt32)? {
    guard isBlocked, filled > 0 else { return nil }
    let place = target <= ordinals[filled - 1] ? block : firstBlock(endingAtOrAfter: target, from: block + 1)
    guard place < blockCount else { return nil }
    return (header(place, 8), header(place, 12))
  }

  /// Bounds over the whole list.
  func listBounds(lengths: UnsafeBufferPointer<UInt32>) -> (frequency: UInt32, length: UInt32) {
    var most: UInt32 = 0
    var least: UInt32 = .max
    if isBlocked {
      for place in 0..<blockCount {
        most = max(most, header(place, 8))
        least = min(least, header(place, 12))
      }
    } else {
      for place in 0..<filled {
        most = max(most, frequencies[place])
        least = min(least, lengths[Int(ordinals[place])])
      }
    }
    return (most, least)
  }

  private func header(_ block: Int, _ field: Int) -> UInt32 {
    guard (block + 1) * PostingFormat.blockHeaderBytes <= bytes.count else { return .max }
    return UInt32(
      littleEndian: bytes.loadUnaligned(
        fromByteOffset: block * PostingFormat.blockHeaderBytes + field, as: UInt32.self))
  }

  private func firstBlock(endingAtOrAfter target: Ordinal, from start: Int) -> Int {
    guard isBlocked else { return 1 }
    var low = start
    var high = blockCount
    while low < high {
      let middle = (low + high) / 2
      if header(middle, 0) < target { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func load(_ next: Int) {
    block = next
    index = 0
    guard next < blockCount else { return finish() }
    if isBlocked {
      filled = min(PostingFormat.blockSize, count - next * PostingFormat.blockSize)
      let headers = blockCount * PostingFormat.blockHeaderBytes
      let start = headers <= bytes.count ? headers + Int(header(next, 4)) : bytes.count
      guard start + 2 <= bytes.count else { return finish() }
      let distanceBits = Int(bytes[start])
      let countBits = Int(bytes[start + 1])
      let packed = PostingFormat.packedBytes(count: filled, bits: distanceBits)
      guard distanceBits <= 32, countBits <= 32,
        start + 2 + packed + PostingFormat.packedBytes(count: filled, bits: countBits) <= bytes.count
      else { return finish() }
      var before: UInt32 = next == 0 ? .max : header(next - 1, 0)
      let filled = filled
      ordinals.withUnsafeMutableBufferPointer { values in
        guard let base = values.baseAddress else { return }
        PostingFormat.unpack(bytes, start + 2, count: filled, bits: distanceBits, into: base)
        for place in 0..<filled {
          before = before &+ base[place] &+ 1
          base[place] = before
        }
      }
      frequencies.withUnsafeMutableBufferPointer { values in
        guard let base = values.baseAddress else { return }
        PostingFormat.unpack(bytes, start + 2 + packed, count: filled, bits: countBits, into: base)
        for place in 0..<filled { base[place] &+= 1 }
      }
    } else {
      filled = count
      var offset = 0
      var value: UInt64 = 0
      for place in 0..<count {
        value &+= VariableInteger.read(bytes, &offset, limit: bytes.count) ?? 0
        ordinals[place] = UInt32(truncatingIfNeeded: value)
        frequencies[place] = UInt32(
          truncatingIfNeeded: VariableInteger.read(bytes, &offset, limit: bytes.count) ?? 1)
      }
    }
    ordinal = ordinals[0]
  }

  /// Ends the list; also where a damaged one leads out of its bytes.
  private mutating func finish() {
    ordinal = Self.end
    filled = 0
  }
}
