/// Numbers byte strings in the order in which they first came.
///
/// Open addressing over one array of bytes: no allocation a string.
package struct ByteTable: Sendable {
  /// Number + 1 by slot, 0 where it is empty, with the upper half of the hash.
  @usableFromInline var slots: [UInt64]
  @usableFromInline var bytes: [UInt8] = []
  /// Where each string begins, and the end.
  @usableFromInline var starts: [Int] = [0]

  @inlinable package init() {
    slots = [UInt64](repeating: 0, count: 1 << 10)
  }

  @inlinable package var count: Int { starts.count - 1 }

  /// The strings by number.
  package var strings: [[UInt8]] { (0..<count).map { Array(bytes[starts[$0]..<starts[$0 + 1]]) } }

  package mutating func removeAll() { self = ByteTable() }

  /// The number of `string`.
  ///
  /// - Returns: whether it is new, too.
  /// - Complexity: O(`string`), on average.
  @inlinable @inline(__always)
  package mutating func number(of string: UnsafeRawBufferPointer) -> (number: Int, isNew: Bool) {
    let hash = Self.hash(string)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { break }
      if entry >> 32 == hash >> 32 {
        let number = Int(entry & 0xFFFF_FFFF) - 1
        if isEqual(string, number) { return (number, false) }
      }
      slot = (slot + 1) & mask
    }
    let number = count
    bytes.append(contentsOf: string)
    starts.append(bytes.count)
    slots[slot] = (hash >> 32) << 32 | UInt64(number + 1)
    if number * 2 > slots.count { grow() }
    return (number, true)
  }

  @inlinable @inline(__always)
  func isEqual(_ string: UnsafeRawBufferPointer, _ number: Int) -> Bool {
    let start = starts[number]
    guard starts[number + 1] - start == string.count else { return false }
    for offset in 0..<string.count where bytes[start + offset] != string[offset] { return false }
    return true
  }

  @usableFromInline mutating func grow() {
    slots = [UInt64](repeating: 0, count: slots.count * 4)
    let mask = slots.count - 1
    for number in 0..<count {
      let hash = bytes.withUnsafeBytes {
        Self.hash(UnsafeRawBufferPointer(rebasing: $0[starts[number]..<starts[number + 1]]))
      }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = (hash >> 32) << 32 | UInt64(number + 1)
    }
  }

  /// Eight bytes at a time, multiplied and folded.
  @inlinable @inline(__always)
  static func hash(_ string: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: string.count)
    var offset = 0
    while offset + 8 <= string.count {
      hash = mixed(hash ^ string.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < string.count {
      rest = rest << 8 | UInt64(string[offset])
      offset += 1
    }
    return mixed(hash ^ rest)
  }

  @inlinable @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
