/// A tensor's elements as float32: a view of the mapped file, or a copy of its own.
///
/// `@unchecked Sendable`: written in `init` only.
package final class TensorFloats: @unchecked Sendable {
  /// Row-major.
  package let values: UnsafeBufferPointer<Float>
  private let owned: UnsafeMutableBufferPointer<Float>?
  private let owner: MappedModelFile

  init(_ raw: UnsafeRawBufferPointer, kind: SafetensorsFile.Kind, owner: MappedModelFile) {
    self.owner = owner
    let count = raw.count / kind.size
    if kind == .float32, let start = raw.baseAddress,
      Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0
    {
      values = UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: count)
      owned = nil
      return
    }
    let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    for index in 0..<count {
      switch kind {
      case .float32:
        copy.initializeElement(
          at: index,
          to: Float(
            bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
        )
      case .float16:
        let bits = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        copy.initializeElement(at: index, to: Self.widen(half: bits))
      case .bfloat16:
        let bits = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        copy.initializeElement(at: index, to: Float(bitPattern: UInt32(bits) << 16))
      }
    }
    values = UnsafeBufferPointer(copy)
    owned = copy
  }

  deinit {
    owned?.deallocate()
  }

  /// IEEE 754 binary16 to binary32, exact. (`Float16` isn't there on every platform.)
  static func widen(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: sign | magnitude.bitPattern)
    case 31:
      return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
