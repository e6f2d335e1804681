import COpenBLAS

#if canImport(Glibc)
  import Glibc
#endif

/// The library that multiplies float32 matrices.
package enum MatrixEngine: String, CaseIterable, Sendable {
  /// `cblas_sgemm`: plain weights, bias and activation in passes of their own.
  case openBLAS = "openblas"
  /// oneDNN's matmul: weights packed once, bias and activation fused.
  case oneDNN = "onednn"

  /// The engine that `RAG_MATRIX` (`openblas` or `onednn`) asks for, else the faster one.
  ///
  /// The four products of a MiniLM-L6 layer at 240 rows, one core: oneDNN 108 GFLOP/s, OpenBLAS 95; at 23 rows
  /// 113 and 64.
  package static let current: MatrixEngine = {
    guard let wanted = getenv("RAG_MATRIX") else { return .oneDNN }
    return MatrixEngine(rawValue: String(cString: wanted)) ?? .oneDNN
  }()

  /// OpenBLAS starts threads for each product unless told not to; ours are outside it.
  static let openBLASUsesOneThread: Void = openblas_set_num_threads(1)
}
