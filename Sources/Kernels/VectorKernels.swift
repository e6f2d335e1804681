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

  /// Inner product of two int8 vectors with values in −127…127, shape `[count]` each; exact.
  ///
  /// - Complexity: O(count).
  @inline(__always)
  package func dot(_ a: UnsafePointer<Int8>, _ b: UnsafePointer<Int8>, _ count: Int) -> Int32 {
    table.pointee.dot_i8(a, b, count)
  }
}
