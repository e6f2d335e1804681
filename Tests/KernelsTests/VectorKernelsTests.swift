import CKernels
import TestSupport
import Testing

@Suite struct VectorKernelsTests {
  static let dimensions = [1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 384]

  /// Levels that this processor runs.
  static let levels: [rag_simd_level] = [
    RAG_SIMD_SCALAR, RAG_SIMD_NEON, RAG_SIMD_AVX2, RAG_SIMD_AVX512, RAG_SIMD_AVX512VNNI,
  ]
  .filter { $0 == RAG_SIMD_SCALAR || ($0 == RAG_SIMD_NEON) == (rag_simd_level_best() == RAG_SIMD_NEON) }
  .filter { $0.rawValue <= rag_simd_level_best().rawValue }

  @Test(arguments: dimensions)
  func everyLevelEqualsScalar(dimension: Int) {
    var generator = SeededGenerator(seed: UInt64(dimension))
    let scalar = rag_distance_table_for(RAG_SIMD_SCALAR).pointee
    for level in Self.levels {
      let table = rag_distance_table_for(level).pointee
      for _ in 0..<50 {
        let a = (0..<dimension).map { _ in Float.random(in: -1...1, using: &generator) }
        let b = (0..<dimension).map { _ in Float.random(in: -1...1, using: &generator) }
        let tolerance = 1e-6 * Float(dimension)
        #expect(abs(table.dot_f32(a, b, dimension) - scalar.dot_f32(a, b, dimension)) <= tolerance)
        #expect(abs(table.l2_f32(a, b, dimension) - scalar.l2_f32(a, b, dimension)) <= 4 * tolerance)
        let x = (0..<dimension).map { _ in Int8.random(in: -127...127, using: &generator) }
        let y = (0..<dimension).map { _ in Int8.random(in: -127...127, using: &generator) }
        #expect(table.dot_i8(x, y, dimension) == scalar.dot_i8(x, y, dimension))
      }
      let most = [Int8](repeating: 127, count: dimension)
      let least = [Int8](repeating: -127, count: dimension)
      #expect(table.dot_i8(most, least, dimension) == Int32(-127 * 127 * dimension))
      #expect(table.dot_i8(least, least, dimension) == Int32(127 * 127 * dimension))
    }
  }

  @Test(arguments: [64, 128, 384, 1024], [0, 1, 3, 4, 5, 8, 9, 33])
  func productsWithListedRows(stride: Int, count: Int) {
    var generator = SeededGenerator(seed: UInt64(stride + count))
    let query = (0..<stride).map { _ in Int8.random(in: -127...127, using: &generator) }
    let rows = (0..<stride * 50).map { _ in Int8.random(in: -127...127, using: &generator) }
    let ordinals = (0..<count).map { _ in UInt32.random(in: 0..<50, using: &generator) }
    let scalar = rag_distance_table_for(RAG_SIMD_SCALAR).pointee
    let expected = ordinals.map { ordinal in
      scalar.dot_i8(query, Array(rows[Int(ordinal) * stride..<(Int(ordinal) + 1) * stride]), stride)
    }
    for level in Self.levels {
      var products = [Int32](repeating: .min, count: count + 1)
      rag_distance_table_for(level).pointee.dots_i8(query, rows, stride, ordinals, count, &products)
      #expect(Array(products[..<count]) == expected, "level \(level)")
      #expect(products[count] == .min)
    }
  }
}
