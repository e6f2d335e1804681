/// Numbers in the headers of binary files: reading past the end gives `nil`, never a trap.
struct ByteFields {
  let bytes: [UInt8]
  var isBigEndian: Bool

  init(_ bytes: [UInt8], bigEndian: Bool = true) {
    self.bytes = bytes
    isBigEndian = bigEndian
  }

  func byte(_ offset: Int) -> Int? {
    offset >= 0 && offset < bytes.count ? Int(bytes[offset]) : nil
  }

  /// An unsigned number of `size` bytes, 1…8; `nil` also where it does not fit into an `Int`.
  func number(_ offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    var value: UInt64 = 0
    for index in 0..<size {
      value = value << 8 | UInt64(bytes[offset + (isBigEndian ? index : size - 1 - index)])
    }
    return Int(exactly: value)
  }

  func short(_ offset: Int) -> Int? { number(offset, size: 2) }
  func long(_ offset: Int) -> Int? { number(offset, size: 4) }

  /// A signed number of four bytes.
  func signed(_ offset: Int) -> Int? { long(offset).map { Int(Int32(truncatingIfNeeded: $0)) } }

  func has(_ text: StaticString, at offset: Int) -> Bool {
    offset >= 0 && TextScan.has(text, in: bytes, at: offset)
  }
}
