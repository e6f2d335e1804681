import Kernels

/// Scratch of one thread that runs a `BertEncoder`; grown to the longest text it has seen, then reused.
///
/// Not `Sendable`: one thread at a time.
package final class BertWorker {
  let linear = LinearWorker()
  /// Shape `[rows, hiddenSize]` each.
  private(set) var states: UnsafeMutablePointer<Float>
  private(set) var other: UnsafeMutablePointer<Float>
  /// Queries, keys and values, or the inner states; what attention mixes; inputs of products, rounded.
  private(set) var wide: UnsafeMutableRawPointer
  private(set) var context: UnsafeMutableRawPointer
  private(set) var rounded: UnsafeMutableRawPointer
  private(set) var scratch: UnsafeMutableRawPointer
  private var storage: UnsafeMutableRawPointer
  private var rows = 0

  package init() {
    storage = .allocate(byteCount: 64, alignment: 64)
    states = storage.assumingMemoryBound(to: Float.self)
    other = states
    wide = storage
    context = storage
    rounded = storage
    scratch = storage
  }

  deinit {
    storage.deallocate()
  }

  /// Makes room for `count` rows of that many bytes each; a worker serves one encoder.
  func prepare(
    rows count: Int, stateBytes: Int, otherBytes: Int, wideBytes: Int, contextBytes: Int,
    roundedBytes: Int = 0,
    scratchBytes: Int
  ) {
    if count <= rows { return }
    let sizes = [stateBytes, otherBytes, wideBytes, contextBytes, roundedBytes].map {
      ($0 * count + 127) / 64 * 64
    }
    let total = sizes.reduce(scratchBytes, +)
    storage.deallocate()
    storage = .allocate(byteCount: total, alignment: 64)
    // Rows that pad a product are read: they must be numbers.
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: total)
    states = storage.assumingMemoryBound(to: Float.self)
    other = (storage + sizes[0]).assumingMemoryBound(to: Float.self)
    wide = storage + sizes[0] + sizes[1]
    context = wide + sizes[2]
    rounded = context + sizes[3]
    scratch = rounded + sizes[4]
    rows = count
  }

  /// `rounded` as integers: scales and zeros of the rows first.
  func integers(rows count: Int) -> EncoderKernels.IntegerRows {
    let start = (8 * count + 63) / 64 * 64
    return EncoderKernels.IntegerRows(
      values: (rounded + start).assumingMemoryBound(to: UInt8.self),
      scales: rounded.assumingMemoryBound(to: Float.self),
      zeros: (rounded + 4 * count).assumingMemoryBound(to: Int32.self))
  }
}
