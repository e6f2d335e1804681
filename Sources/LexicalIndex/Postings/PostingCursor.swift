import Kernels

/// Walks a posting list; a block is unpacked when it is entered.
struct PostingCursor {
  /// The ordinal behind the last one.
  static let end = Ordinal.max

  private let list: PostingList
  private var block = 0
  private var ordinals: [UInt32]
  private var lessOne: [UInt32]
  private var index = 0
  private var filled = 0

  private(set) var ordinal: Ordinal = PostingCursor.end
  var frequency: UInt32 { lessOne[index] &+ 1 }

  init(_ list: PostingList) {
    self.list = list
    ordinals = [UInt32](repeating: 0, count: PostingKernels.blockSize)
    lessOne = [UInt32](repeating: 0, count: PostingKernels.blockSize)
    if list.documentFrequency > 0 { load(0) }
  }

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
      load(firstBlock(endingAtOrAfter: target, from: block + 1))
      if ordinal == Self.end { return }
    }
    while index < filled - 1, ordinals[index] < target { index += 1 }
    ordinal = ordinals[index]
  }

  private func firstBlock(endingAtOrAfter target: Ordinal, from start: Int) -> Int {
    guard list.isBlocked else { return 1 }
    var low = start
    var high = list.blockCount
    while low < high {
      let middle = (low + high) / 2
      if list.lastOrdinal(middle) < target { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func load(_ next: Int) {
    block = next
    index = 0
    filled = 0
    ordinal = Self.end
    let list = list
    let count = ordinals.withUnsafeMutableBufferPointer { ordinals in
      lessOne.withUnsafeMutableBufferPointer { lessOne in
        guard let ordinals = ordinals.baseAddress, let lessOne = lessOne.baseAddress else { return 0 }
        guard list.isBlocked else { return next == 0 ? list.readShort(ordinals, lessOne) : 0 }
        let count = list.readOrdinals(next, ordinals)
        if count > 0 { list.readFrequencies(next, lessOne) }
        return count
      }
    }
    guard count > 0 else { return }
    filled = count
    ordinal = ordinals[0]
  }
}
