import Kernels

/// Int8 rows in memory or in a mapped file, as the graph walk sees them.
///
/// The distance of two rows is `bias + bias − factor × scale × scale × dot`: smaller is nearer, and equal up to a
/// constant to the metric's own order. Integer products are exact, so that distances are the same on every processor.
struct QuantizedRows: @unchecked Sendable {
  // Unchecked: it only reads, and whoever hands it out keeps the rows alive until the work is done.
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

  /// A row as the others are compared with it.
  @inline(__always)
  func vector(_ ordinal: Ordinal) -> QuantizedVector {
    QuantizedVector(
      values: row(ordinal), scale: scales[Int(ordinal) * 2], bias: scales[Int(ordinal) * 2 + 1])
  }

  /// Distances of `count` rows to a vector.
  ///
  /// - Parameters:
  ///   - ordinals: the rows, shape `[count]`.
  ///   - products: scratch, shape `[count]`.
  ///   - distances: shape `[count]`.
  @inline(__always)
  func distances(
    to vector: QuantizedVector, _ ordinals: UnsafePointer<Ordinal>, count: Int,
    products: UnsafeMutablePointer<Int32>, into distances: UnsafeMutablePointer<Float>
  ) {
    kernels.dots(vector.values, values, stride: stride, ordinals, count: count, into: products)
    let scale = factor * vector.scale
    for index in 0..<count {
      let place = Int(ordinals[index]) * 2
      distances[index] = vector.bias + scales[place + 1] - scale * scales[place] * Float(products[index])
    }
  }
}

/// A vector in int8 with what turns its products into distances.
struct QuantizedVector {
  /// Shape `[stride]`.
  var values: UnsafePointer<Int8>
  var scale: Float
  var bias: Float
}
