import Kernels

/// Scratch of one thread that runs a `BertEncoder`; grown to the longest text it has seen, then reused.
///
/// Not `Sendable`: one thread at a time.
package final class BertWorker {
  let linear = LinearWorker()
  /// Shape `[rows, hiddenSize]` each.
  private(set) var states: UnsafeMutablePointer<Float>
  private(set) var other: UnsafeMutablePointer<Float>
  private(set) var context: UnsafeMutablePointer<Float>
  /// Shape `[rows, max(3 × hiddenSize, intermediateSize)]`.
  private(set) var wide: UnsafeMutablePointer<Float>
  private(set) var scratch: UnsafeMutablePointer<Float>
  private var storage: UnsafeMutableRawPointer
  private var rows = 0

  package init() {
    storage = .allocate(byteCount: 64, alignment: 64)
    let empty = storage.assumingMemoryBound(to: Float.self)
    states = empty
    other = empty
    context = empty
    wide = empty
    scratch = empty
  }

  deinit {
    storage.deallocate()
  }

  /// Makes room for `count` rows of a model of that shape, and readies the calling thread.
  func prepare(rows count: Int, configuration: BertConfiguration) {
    linear.prepareThread()
    let padded = LinearLayer.paddedRows(count)
    if padded <= rows { return }
    let narrow = padded * configuration.hiddenSize
    let broad = padded * max(3 * configuration.hiddenSize, configuration.intermediateSize)
    let attention = TransformerKernels.attentionScratch(tokens: padded, headSize: configuration.headSize)
    let sizes = [narrow, narrow, narrow, broad, attention].map { ($0 + 15) / 16 * 16 }
    let total = sizes.reduce(0, +)
    storage.deallocate()
    storage = .allocate(byteCount: total * 4, alignment: 64)
    // Rows that pad a product are read: they must be numbers.
    let floats = storage.initializeMemory(as: Float.self, repeating: 0, count: total)
    states = floats
    other = states + sizes[0]
    context = other + sizes[1]
    wide = context + sizes[2]
    scratch = wide + sizes[3]
    rows = padded
  }
}
