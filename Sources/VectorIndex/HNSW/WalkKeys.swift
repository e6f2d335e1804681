import Kernels

/// Turns distances and ordinals into the keys of a beam and back.
///
/// Equal distances are ordered by ordinal, or for a salt by the ordinal's bits with some flipped: nodes that choose
/// among many equal ones thereby choose different ones, and copies of one vector stay connected.
struct WalkKeys: Sendable {
  /// Nodes of one graph at most.
  static let mostNodes = 1 << 31

  private let salt: UInt64

  /// - Parameter salt: its low 31 bits count; 0 orders equal distances by ordinal.
  init(salt: UInt32 = 0) {
    self.salt = UInt64(salt & 0x7FFF_FFFF) << 1
  }

  @inline(__always)
  func key(_ ordinal: Ordinal, distance: Float) -> UInt64 {
    let bits = distance.bitPattern
    let isNegative = UInt32(bitPattern: Int32(bitPattern: bits) >> 31)
    return (UInt64(bits ^ (isNegative | 0x8000_0000)) << 32 | UInt64(ordinal) << 1) ^ salt
  }

  @inline(__always)
  func ordinal(_ key: UInt64) -> Ordinal { Ordinal(truncatingIfNeeded: (key ^ salt)) >> 1 }

  func distance(_ key: UInt64) -> Float {
    let bits = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: bits & 0x8000_0000 != 0 ? bits ^ 0x8000_0000 : ~bits)
  }
}
