import Kernels
import Storage

/// The rows of a segment, mapped: float32 for exact scores, int8 for the graph walk.
package final class VectorRowsReader: Sendable {
  package let count: Int
  package let dimension: Int
  package let metric: Metric
  private let floatFile: MappedFile
  private let byteFile: MappedFile

  /// - Throws: `StorageError`, `.corrupted` where the heads do not fit the files or what is expected.
  package init(folder: String, count: Int, dimension: Int, metric: Metric) throws(StorageError) {
    self.count = count
    self.dimension = dimension
    self.metric = metric
    floatFile = try MappedFile(path: folder + "/" + VectorRowsSerializer.floatsName, kind: .vectorsFloat32)
    byteFile = try MappedFile(path: folder + "/" + VectorRowsSerializer.bytesName, kind: .vectorsInt8)
    let floatStride = RowFormat.paddedFloats(dimension)
    let byteStride = RowFormat.paddedBytes(dimension)
    try Self.check(
      floatFile, count, dimension, floatStride, metric, bytes: RowFormat.headBytes + count * floatStride * 4)
    try Self.check(
      byteFile, count, dimension, byteStride, metric, bytes: RowFormat.headBytes + count * (byteStride + 8))
  }

  /// Row `ordinal` as it is scored: normalised where the metric is cosine. Shape `[dimension]`.
  package func vector(_ ordinal: Ordinal) -> [Float] {
    precondition(Int(ordinal) < count, "ordinal \(ordinal) is not below \(count)")
    return withFloats { Array(UnsafeBufferPointer(start: $0 + Int(ordinal) * floatStride, count: dimension)) }
  }

  /// The query as rows are: padded, and of unit length where the metric is cosine.
  func prepare(_ query: [Float]) -> [Float] {
    precondition(query.count == dimension, "the query has \(query.count) of \(dimension) dimensions")
    var padded = query + [Float](repeating: 0, count: floatStride - dimension)
    if metric == .cosine {
      let squared = padded.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.map { Quantizer.squaredLength($0, dimension) } ?? 0
      }
      if squared > 0, abs(squared - 1) >= 1e-5 {
        let factor = Float(1 / squared.squareRoot())
        for index in 0..<dimension { padded[index] *= factor }
      }
    }
    return padded
  }

  /// Lends a prepared query in the form of the int8 rows; its bias is left out, since it is the same for all rows.
  func withQuantized<Result>(_ query: [Float], _ body: (QuantizedVector) -> Result) -> Result {
    withUnsafeTemporaryAllocation(byteCount: RowFormat.paddedBytes(dimension), alignment: 64) { buffer in
      let values = buffer.initializeMemory(as: Int8.self, repeating: 0)
      guard let base = values.baseAddress else { preconditionFailure("a row has at least one dimension") }
      let scale = query.withUnsafeBufferPointer { source in
        source.baseAddress.map { Quantizer.quantize($0, dimension, into: base) } ?? 0
      }
      return body(QuantizedVector(values: base, scale: scale, bias: 0))
    }
  }

  var floatStride: Int { RowFormat.paddedFloats(dimension) }

  /// Exact score of a row for a prepared query; larger is better.
  @inline(__always)
  func score(_ query: UnsafePointer<Float>, _ row: UnsafePointer<Float>) -> Float {
    switch metric {
    case .innerProduct, .cosine: VectorKernels.current.dot(query, row, floatStride)
    case .l2Squared: -VectorKernels.current.squaredDistance(query, row, floatStride)
    }
  }

  func withFloats<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
    try floatFile.withPayload { payload in
      try body(
        UnsafeRawBufferPointer(rebasing: payload[RowFormat.headBytes...]).baseAddress?
          .assumingMemoryBound(to: Float.self) ?? Self.nowhere())
    }
  }

  func withQuantizedRows<Result>(_ body: (QuantizedRows) throws -> Result) rethrows -> Result {
    try byteFile.withPayload { payload in
      let stride = RowFormat.paddedBytes(dimension)
      let rows =
        payload.baseAddress.map { $0 + RowFormat.headBytes }
        ?? UnsafeRawPointer(Self.nowhere() as UnsafePointer<Int8>)
      return try body(
        QuantizedRows(
          stride: stride, values: rows.assumingMemoryBound(to: Int8.self),
          scales: (rows + count * stride).assumingMemoryBound(to: Float.self),
          factor: metric == .l2Squared ? 2 : 1))
    }
  }

  /// Checks that all values are finite.
  ///
  /// - Throws: `StorageError.corrupted`.
  /// - Complexity: O(count × dimension).
  package func verify() throws(StorageError) {
    let isFinite = withFloats { floats in (0..<count * floatStride).allSatisfy { floats[$0].isFinite } }
    if !isFinite { throw .corrupted(floatFile.path, "a vector holds a value that is no number") }
    let areScalesFinite = withQuantizedRows { rows in
      (0..<count * 2).allSatisfy { rows.scales[$0].isFinite }
    }
    if !areScalesFinite { throw .corrupted(byteFile.path, "a scale is no number") }
  }

  private static func check(
    _ file: MappedFile, _ count: Int, _ dimension: Int, _ stride: Int, _ metric: Metric, bytes: Int
  ) throws(StorageError) {
    let payload = file.unsafePayload
    guard payload.count == bytes, payload.loadUnaligned(fromByteOffset: 0, as: UInt64.self) == UInt64(count),
      payload.loadUnaligned(fromByteOffset: 8, as: UInt32.self) == UInt32(dimension),
      payload.loadUnaligned(fromByteOffset: 12, as: UInt32.self) == UInt32(stride),
      payload.loadUnaligned(fromByteOffset: 16, as: UInt32.self) == RowFormat.code(metric)
    else {
      throw .corrupted(
        file.path, "it does not hold \(count) vectors of \(dimension) dimensions with this metric")
    }
  }

  /// An address for rows that are never read, since there are none.
  private static func nowhere<Value>() -> UnsafePointer<Value> {
    guard let pointer = UnsafePointer<Value>(bitPattern: 64) else { preconditionFailure("64 is an address") }
    return pointer
  }
}
