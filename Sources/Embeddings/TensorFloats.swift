import Kernels

/// A tensor's elements as float32: a view of the mapped file, or a copy of its own.
///
/// `@unchecked Sendable`: written in `init` only.
package final class TensorFloats: @unchecked Sendable {
  /// Row-major. Valid only while this object lives: who keeps the pointer keeps the object.
  let values: UnsafeBufferPointer<Float>
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
        copy.initializeElement(at: index, to: HalfFloat.widened(bits))
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

  /// The elements as an array of their own, row-major.
  ///
  /// - Complexity: O(elements).
  package func copied() -> [Float] {
    withValues { Array($0) }
  }

  /// Hands the elements to `body`, row-major.
  func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    withExtendedLifetime(self) { body(values) }
  }
}
