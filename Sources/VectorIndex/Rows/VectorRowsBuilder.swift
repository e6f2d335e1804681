import Kernels
import Storage

/// Prepares the rows of a segment: normalised where the metric is cosine, padded, and quantized.
package final class VectorRowsBuilder {
  package let count: Int
  package let dimension: Int
  package let metric: Metric
  /// Shape `[count, paddedFloats]`.
  let floats: [Float]
  /// Shape `[count, paddedBytes]`.
  let bytes: [Int8]
  /// Shape `[count, 2]`: scale and bias.
  let scales: [Float]

  /// - Parameter vectors: shape `[n, d]`. A row of zeros stays one.
  /// - Complexity: O(n × d).
  package init(_ vectors: Matrix, metric: Metric) {
    count = vectors.rows
    dimension = vectors.columns
    self.metric = metric
    let floatStride = RowFormat.paddedFloats(dimension)
    let byteStride = RowFormat.paddedBytes(dimension)
    var floats = [Float](repeating: 0, count: count * floatStride)
    var bytes = [Int8](repeating: 0, count: count * byteStride)
    var scales = [Float](repeating: 0, count: count * 2)
    let dimension = dimension
    let count = count
    vectors.values.withUnsafeBufferPointer { source in
      floats.withUnsafeMutableBufferPointer { floats in
        bytes.withUnsafeMutableBufferPointer { bytes in
          guard let source = source.baseAddress, let floats = floats.baseAddress,
            let bytes = bytes.baseAddress
          else { return }
          for row in 0..<count {
            let from = source + row * dimension
            let to = floats + row * floatStride
            let squared = Quantizer.squaredLength(from, dimension)
            // Vectors that are of unit length up to rounding stay bit for bit what the model gave.
            let isUnit = abs(squared - 1) < 1e-5
            let factor = metric == .cosine && !isUnit && squared > 0 ? Float(1 / squared.squareRoot()) : 1
            for column in 0..<dimension { to[column] = from[column] * factor }
            scales[row * 2] = Quantizer.quantize(to, dimension, into: bytes + row * byteStride)
            if metric == .l2Squared { scales[row * 2 + 1] = Float(squared) }
          }
        }
      }
    }
    self.floats = floats
    self.bytes = bytes
    self.scales = scales
  }

  func withQuantizedRows<Result>(_ body: (QuantizedRows) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer { values in
      try scales.withUnsafeBufferPointer { scales in
        // An empty matrix has no rows that could be asked for.
        let empty = UnsafePointer<Int8>(bitPattern: 64)
        let none = UnsafePointer<Float>(bitPattern: 64)
        guard let values = values.baseAddress ?? empty, let scales = scales.baseAddress ?? none else {
          preconditionFailure("no address for empty rows")
        }
        return try body(
          QuantizedRows(
            stride: RowFormat.paddedBytes(dimension), values: values,
            scales: scales, factor: metric == .l2Squared ? 2 : 1))
      }
    }
  }
}

/// Writes `vectors.f32` and `vectors.i8`.
package enum VectorRowsSerializer {
  package static let floatsName = "vectors.f32"
  package static let bytesName = "vectors.i8"

  /// - Throws: `StorageError`.
  package static func write(_ rows: VectorRowsBuilder, to folder: String) throws(StorageError)
    -> [FileSummary]
  {
    var floats = try FramedFileWriter(path: folder + "/" + floatsName, kind: .vectorsFloat32)
    try floats.append(contentsOf: head(rows, stride: RowFormat.paddedFloats(rows.dimension)))
    try floats.append(contentsOf: rows.floats)
    let first = try floats.finish()
    var bytes = try FramedFileWriter(path: folder + "/" + bytesName, kind: .vectorsInt8)
    try bytes.append(contentsOf: head(rows, stride: RowFormat.paddedBytes(rows.dimension)))
    try bytes.append(contentsOf: rows.bytes)
    try bytes.append(contentsOf: rows.scales)
    return [first, try bytes.finish()]
  }

  private static func head(_ rows: VectorRowsBuilder, stride: Int) -> [UInt8] {
    var head: [UInt8] = []
    head.appendLittleEndian(UInt64(rows.count))
    head.appendLittleEndian(UInt32(rows.dimension))
    head.appendLittleEndian(UInt32(stride))
    head.appendLittleEndian(RowFormat.code(rows.metric))
    head.append(contentsOf: [UInt8](repeating: 0, count: RowFormat.headBytes - head.count))
    return head
  }
}
