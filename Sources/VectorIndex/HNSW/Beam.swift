import Kernels

/// The nearest nodes found so far by a graph walk, nearest first, and which of them were expanded.
///
/// A sorted array: at the breadths that are used, moving a few hundred bytes beats the branches of two heaps.
struct Beam: Sendable {
  struct Entry: Sendable {
    var distance: Float
    var ordinal: Ordinal
    var isExpanded: Bool
  }

  private(set) var entries: [Entry] = []
  private(set) var capacity = 0
  /// No entry before it is unexpanded.
  private var firstUnexpanded = 0

  mutating func reset(capacity: Int) {
    entries.removeAll(keepingCapacity: true)
    entries.reserveCapacity(capacity + 1)
    self.capacity = capacity
    firstUnexpanded = 0
  }

  /// Distance that a new node must be below to be kept.
  @inline(__always)
  var threshold: Float {
    entries.count < capacity ? .infinity : entries[entries.count - 1].distance
  }

  /// Keeps the node if it is near enough; equal distances are ordered by ordinal.
  ///
  /// - Complexity: O(capacity).
  mutating func insert(_ ordinal: Ordinal, distance: Float) {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      let entry = entries[middle]
      if entry.distance < distance || (entry.distance == distance && entry.ordinal < ordinal) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < capacity else { return }
    if entries.count == capacity { entries.removeLast() }
    entries.insert(Entry(distance: distance, ordinal: ordinal, isExpanded: false), at: low)
    if low < firstUnexpanded { firstUnexpanded = low }
  }

  /// Marks the nearest node that was not expanded and returns it.
  mutating func expandNext() -> Ordinal? {
    while firstUnexpanded < entries.count {
      if !entries[firstUnexpanded].isExpanded {
        entries[firstUnexpanded].isExpanded = true
        return entries[firstUnexpanded].ordinal
      }
      firstUnexpanded += 1
    }
    return nil
  }
}

/// Which nodes a walk has seen: a stamp a node, so that nothing needs to be cleared between walks.
struct VisitedSet: Sendable {
  private var stamps: [UInt16]
  private var epoch: UInt16 = 0

  init(count: Int) {
    stamps = [UInt16](repeating: 0, count: count)
  }

  mutating func clear() {
    if epoch == .max {
      for index in stamps.indices { stamps[index] = 0 }
      epoch = 0
    }
    epoch += 1
  }

  /// Adds the node.
  ///
  /// - Returns: whether it was new.
  @inline(__always)
  mutating func insert(_ ordinal: Ordinal) -> Bool {
    let index = Int(ordinal)
    if stamps[index] == epoch { return false }
    stamps[index] = epoch
    return true
  }
}

/// What a walk needs, kept between walks.
struct WalkContext: Sendable {
  var beam = Beam()
  var visited: VisitedSet

  init(count: Int) {
    visited = VisitedSet(count: count)
  }
}
