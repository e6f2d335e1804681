/// A set of ordinals of one segment, as bits: what a filter allows, what was deleted.
package struct OrdinalSet: Hashable, Sendable {
  /// Ordinals `0 ..< universe` can be members.
  package let universe: Int
  /// Bit `i & 63` of word `i >> 6`; bits past `universe` are zero.
  package private(set) var words: [UInt64]

  /// The empty set, or the full one.
  package init(universe: Int, full: Bool = false) {
    precondition(universe >= 0, "universe \(universe) is negative")
    self.universe = universe
    words = [UInt64](repeating: full ? .max : 0, count: (universe + 63) / 64)
    clearTail()
  }

  package init(universe: Int, _ members: some Sequence<Ordinal>) {
    self.init(universe: universe)
    for member in members { insert(member) }
  }

  /// Takes `words` as they are; bits past `universe` are cleared.
  package init(universe: Int, words: [UInt64]) {
    precondition(words.count == (universe + 63) / 64, "\(words.count) words for \(universe) ordinals")
    self.universe = universe
    self.words = words
    clearTail()
  }

  /// - Complexity: O(universe / 64).
  package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  package var isEmpty: Bool { !words.contains { $0 != 0 } }

  package func contains(_ ordinal: Ordinal) -> Bool {
    let index = Int(ordinal)
    return index < universe && words[index >> 6] & (1 << UInt64(index & 63)) != 0
  }

  package mutating func insert(_ ordinal: Ordinal) {
    precondition(Int(ordinal) < universe, "ordinal \(ordinal) is not below \(universe)")
    words[Int(ordinal) >> 6] |= 1 << UInt64(ordinal & 63)
  }

  package mutating func remove(_ ordinal: Ordinal) {
    guard Int(ordinal) < universe else { return }
    words[Int(ordinal) >> 6] &= ~(1 << UInt64(ordinal & 63))
  }

  package mutating func formIntersection(_ other: OrdinalSet) { combine(other) { $0 & $1 } }
  package mutating func formUnion(_ other: OrdinalSet) { combine(other) { $0 | $1 } }
  package mutating func subtract(_ other: OrdinalSet) { combine(other) { $0 & ~$1 } }

  /// Everything in the universe that is not in the set.
  package func complement() -> OrdinalSet {
    OrdinalSet(universe: universe, words: words.map { ~$0 })
  }

  private mutating func combine(_ other: OrdinalSet, _ operation: (UInt64, UInt64) -> UInt64) {
    precondition(other.universe == universe, "universes \(universe) and \(other.universe) differ")
    for index in words.indices { words[index] = operation(words[index], other.words[index]) }
  }

  private mutating func clearTail() {
    let used = universe & 63
    if used != 0, let last = words.indices.last { words[last] &= (1 << UInt64(used)) - 1 }
  }
}

extension OrdinalSet: Sequence {
  /// Members in rising order.
  package func makeIterator() -> Iterator { Iterator(words: words) }

  package struct Iterator: IteratorProtocol {
    let words: [UInt64]
    var index = 0
    var rest: UInt64 = 0

    init(words: [UInt64]) {
      self.words = words
      rest = words.first ?? 0
    }

    package mutating func next() -> Ordinal? {
      while rest == 0 {
        index += 1
        guard index < words.count else { return nil }
        rest = words[index]
      }
      let bit = rest.trailingZeroBitCount
      rest &= rest - 1
      return Ordinal(index << 6 + bit)
    }
  }
}
