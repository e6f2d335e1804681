/// A compressed set of 32-bit numbers, as stored in `fields.bin` and `deletes-N.bin`.
///
/// Numbers are grouped by their upper 16 bits; a group of at most 4,096 is a sorted array of lower halves, a
/// larger one 65,536 bits, and a group that is one run is its two ends.
/// - Source: Lemire et al., "Roaring Bitmaps: Implementation of an Optimized Software Library", 2018. The byte
///   layout is this file's own: for each group key (2), kind (2), count (4), then its body.
package struct RoaringBitmap: Hashable, Sendable {
  private enum Kind: UInt16 {
    case array = 0
    case bits = 1
    case run = 2
  }

  private static let arrayLimit = 4096

  /// Writes `members`, ascending and distinct.
  ///
  /// - Complexity: O(members).
  package static func serialize(_ members: [UInt32]) -> [UInt8] {
    var bytes: [UInt8] = []
    var groups: [Range<Int>] = []
    var start = 0
    for index in members.indices {
      precondition(index == 0 || members[index - 1] < members[index], "members must ascend")
      if members[index] >> 16 != members[start] >> 16 {
        groups.append(start..<index)
        start = index
      }
    }
    if start < members.count { groups.append(start..<members.count) }
    bytes.appendLittleEndian(UInt32(groups.count))
    for group in groups {
      let first = UInt16(truncatingIfNeeded: members[group.lowerBound])
      let last = UInt16(truncatingIfNeeded: members[group.upperBound - 1])
      let isRun = Int(last) - Int(first) + 1 == group.count
      let kind: Kind = isRun ? .run : group.count <= arrayLimit ? .array : .bits
      bytes.appendLittleEndian(UInt16(truncatingIfNeeded: members[group.lowerBound] >> 16))
      bytes.appendLittleEndian(kind.rawValue)
      bytes.appendLittleEndian(UInt32(group.count))
      switch kind {
      case .run:
        bytes.appendLittleEndian(first)
        bytes.appendLittleEndian(last)
      case .array:
        for member in members[group] { bytes.appendLittleEndian(UInt16(truncatingIfNeeded: member)) }
      case .bits:
        var words = [UInt64](repeating: 0, count: 1024)
        for member in members[group] {
          let low = Int(member & 0xFFFF)
          words[low >> 6] |= 1 << UInt64(low & 63)
        }
        for word in words { bytes.appendLittleEndian(word) }
      }
    }
    return bytes
  }

  /// Reads what `serialize` wrote at the front of `bytes`.
  ///
  /// - Parameter limit: every member must be below it.
  /// - Returns: the members, ascending, and the bytes they took; `nil` where the bytes are no bitmap.
  /// - Complexity: O(members).
  package static func deserialize(
    _ bytes: UnsafeRawBufferPointer, limit: UInt32
  ) -> (members: [UInt32], consumed: Int)? {
    var offset = 0
    func take<T: FixedWidthInteger>(_: T.Type) -> T? {
      guard offset + MemoryLayout<T>.size <= bytes.count else { return nil }
      defer { offset += MemoryLayout<T>.size }
      return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
    guard let groupCount = take(UInt32.self), groupCount <= 65_536 else { return nil }
    var members: [UInt32] = []
    var lastKey = -1
    for _ in 0..<groupCount {
      guard let key = take(UInt16.self), Int(key) > lastKey, let rawKind = take(UInt16.self),
        let kind = Kind(rawValue: rawKind), let count = take(UInt32.self), (1...65_536).contains(count)
      else { return nil }
      lastKey = Int(key)
      let high = UInt32(key) << 16
      let before = members.count
      switch kind {
      case .run:
        guard let first = take(UInt16.self), let last = take(UInt16.self), first <= last else { return nil }
        members.append(contentsOf: (UInt32(first)...UInt32(last)).lazy.map { high | $0 })
      case .array:
        var previous = -1
        for _ in 0..<count {
          guard let low = take(UInt16.self), Int(low) > previous else { return nil }
          previous = Int(low)
          members.append(high | UInt32(low))
        }
      case .bits:
        for index in 0..<UInt32(1024) {
          guard var word = take(UInt64.self) else { return nil }
          while word != 0 {
            members.append(high | (index << 6 + UInt32(word.trailingZeroBitCount)))
            word &= word - 1
          }
        }
      }
      guard members.count - before == Int(count) else { return nil }
    }
    guard members.last.map({ $0 < limit }) ?? true else { return nil }
    return (members, offset)
  }
}
