import CKernels

/// Scores of vectors, by the best instructions that the processor has.
package struct VectorKernels: @unchecked Sendable {
  // Unchecked: the table is a constant of the program.
  private let table: UnsafePointer<rag_distance_table>

  /// The kernels for this processor, or those that `RAG_SIMD` forces.
  package static let current = VectorKernels(table: rag_distance_table_current())

  private init(table: UnsafePointer<rag_distance_table>) {
    self.table = table
  }

  /// Inner product of two float32 vectors, shape `[count]` each.
  ///
  /// - Complexity: O(count).
  @inline(__always)
  package func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    table.pointee.dot_f32(a, b, count)
  }

  /// Squared Euclidean distance of two float32 vectors, shape `[count]` each.
  ///
  /// - Complexity: O(count).
  @inline(__always)
  package func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    table.pointee.l2_f32(a, b, count)
  }

  /// Inner products of an int8 vector with rows that lie anywhere in a matrix, fetched ahead.
  ///
  /// - Parameters:
  ///   - query: shape `[stride]`.
  ///   - rows: shape `[any, stride]`; `stride` is a multiple of 64, bytes past the dimension are zero.
  ///   - ordinals: the rows that are wanted, shape `[count]`.
  ///   - products: shape `[count]`.
  /// - Complexity: O(count × stride).
  @inline(__always)
  package func dots(
    _ query: UnsafePointer<Int8>, _ rows: UnsafePointer<Int8>, stride: Int,
    _ ordinals: UnsafePointer<Ordinal>,
    count: Int, into products: UnsafeMutablePointer<Int32>
  ) {
    table.pointee.dots_i8(query, rows, stride, ordinals, count, products)
  }

  /// Asks for the cache line at an address that will be read soon.
  @inline(__always)
  package static func prefetch(_ address: UnsafeRawPointer) {
    rag_prefetch(address)
  }
}
