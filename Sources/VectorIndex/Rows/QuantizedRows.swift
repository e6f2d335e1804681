import Kernels

/// Int8 rows in memory or in a mapped file, as the graph walk sees them.
///
/// The distance of two rows is `bias + bias − factor × scale × scale × dot`: smaller is nearer, and equal up to a
/// constant to the metric's own order. Integer products are exact, so that distances are the same on every processor.
struct QuantizedRows: @unchecked Sendable {
  // Unchecked: it only reads, and whoever hands it out keeps the rows alive until the work is done.
  let count: Int
  let dimension: Int
  /// Bytes from row to row.
  let stride: Int
  let values: UnsafePointer<Int8>
  /// Scale and bias of each row, in turn.
  let scales: UnsafePointer<Float>
  /// 2 for `l2Squared`, 1 for the others.
  let factor: Float
  let kernels = VectorKernels.current

  @inline(__always)
  func row(_ ordinal: Ordinal) -> UnsafePointer<Int8> { values + Int(ordinal) * stride }

  @inline(__always)
  func distance(_ a: Ordinal, _ b: Ordinal) -> Float {
    let product = Float(kernels.dot(row(a), row(b), stride))
    let i = Int(a) * 2
    let j = Int(b) * 2
    return scales[i + 1] + scales[j + 1] - factor * scales[i] * scales[j] * product
  }

  /// Distance of a row to a query that was quantized with `scale`; the query's own bias is left out.
  @inline(__always)
  func distance(_ query: UnsafePointer<Int8>, scale: Float, _ ordinal: Ordinal) -> Float {
    let product = Float(kernels.dot(query, row(ordinal), stride))
    let i = Int(ordinal) * 2
    return scales[i + 1] - factor * scale * scales[i] * product
  }
}
