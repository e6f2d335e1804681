/// Keeps the best `capacity` of the ordinals offered to it.
///
/// A binary heap with the worst kept element on top. Equal scores are ranked by ordinal, so that the result
/// does not depend on the order of offers.
package struct TopK: Sendable {
  package let capacity: Int
  @usableFromInline var heap: [ScoredOrdinal] = []

  @inlinable
  package init(capacity: Int) {
    precondition(capacity >= 0, "capacity \(capacity) is negative")
    self.capacity = capacity
    heap.reserveCapacity(Swift.min(capacity, 1 << 12))
  }

  @inlinable
  package var count: Int { heap.count }

  /// The score that an offer must reach to be kept, `-infinity` while there is room.
  @inlinable
  package var threshold: Float {
    heap.count < capacity ? -.infinity : (heap.first?.score ?? .infinity)
  }

  /// Offers one element.
  ///
  /// - Complexity: O(log capacity).
  @inlinable
  package mutating func offer(_ element: ScoredOrdinal) {
    if heap.count < capacity {
      heap.append(element)
      siftUp(heap.count - 1)
    } else if let worst = heap.first, ScoredOrdinal.ranks(element, before: worst) {
      heap[0] = element
      siftDown()
    }
  }

  /// What was kept, best first.
  ///
  /// - Complexity: O(k log k).
  @inlinable
  package func sorted() -> [ScoredOrdinal] {
    heap.sorted(by: ScoredOrdinal.ranks)
  }

  @inlinable
  mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard ScoredOrdinal.ranks(heap[parent], before: heap[child]) else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  @inlinable
  mutating func siftDown() {
    var parent = 0
    while true {
      var worst = parent
      let left = 2 * parent + 1
      let right = left + 1
      if left < heap.count, ScoredOrdinal.ranks(heap[worst], before: heap[left]) { worst = left }
      if right < heap.count, ScoredOrdinal.ranks(heap[worst], before: heap[right]) { worst = right }
      guard worst != parent else { return }
      heap.swapAt(parent, worst)
      parent = worst
    }
  }
}
