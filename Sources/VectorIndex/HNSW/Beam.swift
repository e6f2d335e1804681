import Kernels

/// The nearest nodes found so far by a graph walk, nearest first, and which of them were expanded.
///
/// A sorted array of one key a node: the distance in an order-preserving form (32 bits), the salted ordinal (31 bits),
/// whether it was expanded (1 bit). At the breadths that are used, moving a few hundred bytes beats the branches of two
/// heaps.
struct Beam: ~Copyable {
  private var keys = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
  private var room = 1
  private(set) var count = 0
  private var capacity = 0
  /// No entry before it is unexpanded.
  private var firstUnexpanded = 0

  init() {}

  deinit { keys.deallocate() }

  mutating func reset(capacity: Int) {
    if room < capacity + 1 {
      keys.deallocate()
      room = capacity + 1
      keys = UnsafeMutablePointer<UInt64>.allocate(capacity: room)
    }
    self.capacity = capacity
    count = 0
    firstUnexpanded = 0
  }

  /// Nearest first, below `count`.
  subscript(index: Int) -> UInt64 {
    @inline(__always) get { keys[index] }
  }

  /// Key that a new node's must be below to be kept.
  @inline(__always)
  var threshold: UInt64 { count < capacity ? .max : keys[count - 1] }

  /// Keeps the node, which must be below `threshold`.
  ///
  /// - Returns: whether it is the next to be expanded.
  /// - Complexity: O(capacity) moves of eight bytes.
  @inline(__always)
  mutating func insert(_ key: UInt64) -> Bool {
    // Without branches that depend on the keys: they would be guessed wrongly half of the time.
    var low = keys
    var length = count
    while length > 1 {
      let half = length >> 1
      low += low[half &- 1] < key ? half : 0
      length &-= half
    }
    if length == 1, low[0] < key { low += 1 }
    let place = low - keys
    if count == capacity { count &-= 1 }
    (low + 1).update(from: low, count: count &- place)
    low[0] = key
    count &+= 1
    if place > firstUnexpanded { return false }
    firstUnexpanded = place
    return true
  }

  /// Marks the nearest node that was not expanded and returns its key.
  @inline(__always)
  mutating func expandNext() -> UInt64? {
    while firstUnexpanded < count {
      let key = keys[firstUnexpanded]
      firstUnexpanded &+= 1
      if key & 1 == 0 {
        keys[firstUnexpanded &- 1] = key | 1
        return key
      }
    }
    return nil
  }

  /// Key of the node that will be expanded next if nothing nearer comes.
  @inline(__always)
  var upcoming: UInt64? { firstUnexpanded < count ? keys[firstUnexpanded] : nil }
}
