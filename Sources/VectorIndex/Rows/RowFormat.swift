import Kernels

// vectors.f32, payload (little-endian): count (8), dimension (4), floats a row with padding (4), metric (4), zeros to
// 64; then the rows, each padded with zeros to a multiple of 64 bytes.
//
// vectors.i8, payload: count (8), dimension (4), bytes a row with padding (4), metric (4), zeros to 64; then the rows;
// then for each row its scale and its bias (float32 each). value ≈ scale × int8; bias is |row|² for `l2Squared` and 0
// for the others.

enum RowFormat {
  static let headBytes = 64

  static func paddedFloats(_ dimension: Int) -> Int { (dimension + 15) / 16 * 16 }
  static func paddedBytes(_ dimension: Int) -> Int { (dimension + 63) / 64 * 64 }

  static func code(_ metric: Metric) -> UInt32 {
    switch metric {
    case .innerProduct: 0
    case .cosine: 1
    case .l2Squared: 2
    }
  }
}

/// Scales a vector to int8, −127…127.
enum Quantizer {
  /// - Returns: `scale`, with value ≈ scale × int8; 0 for a zero vector.
  static func quantize(
    _ vector: UnsafePointer<Float>, _ dimension: Int, into row: UnsafeMutablePointer<Int8>
  ) -> Float {
    var largest: Float = 0
    for index in 0..<dimension { largest = max(largest, abs(vector[index])) }
    guard largest > 0, largest.isFinite else {
      for index in 0..<dimension { row[index] = 0 }
      return 0
    }
    let factor = 127 / largest
    for index in 0..<dimension {
      row[index] = Int8(max(-127, min(127, (vector[index] * factor).rounded(.toNearestOrEven))))
    }
    return largest / 127
  }

  /// `Σ vector²`, in double precision and in order, so that it is the same on every processor.
  static func squaredLength(_ vector: UnsafePointer<Float>, _ dimension: Int) -> Double {
    var sum = 0.0
    for index in 0..<dimension { sum += Double(vector[index]) * Double(vector[index]) }
    return sum
  }
}
