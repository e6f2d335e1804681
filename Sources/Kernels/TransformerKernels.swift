import CKernels

/// Row and element-wise kernels of the transformer encoder, at one SIMD level.
///
/// `@unchecked Sendable`: a constant table of C functions that keep no state.
package struct TransformerKernels: @unchecked Sendable {
  /// The best table of this processor, or the one `RAG_SIMD` asks for.
  package static let current = TransformerKernels(table: rag_transformer_kernels_current().pointee)

  /// Every table that runs here, by name, the scalar reference first.
  package static var all: [(name: String, kernels: TransformerKernels)] {
    let best = rag_simd_level_best()
    let levels =
      best == RAG_SIMD_NEON
      ? [RAG_SIMD_SCALAR, RAG_SIMD_NEON]
      : [RAG_SIMD_SCALAR, RAG_SIMD_AVX2, RAG_SIMD_AVX512].filter { $0.rawValue <= best.rawValue }
    return levels.compactMap { level in
      guard let table = rag_transformer_kernels_at(level) else { return nil }
      return (String(cString: rag_simd_level_name(level)), TransformerKernels(table: table.pointee))
    }
  }

  private let table: rag_transformer_kernels

  private init(table: rag_transformer_kernels) {
    self.table = table
  }

  /// `x = layer_norm(x + residual)`, in place.
  ///
  /// - Parameters:
  ///   - x: shape `[rows, gamma.count]`.
  ///   - residual: the same shape, or nothing.
  /// - Complexity: O(rows × gamma.count).
  package func layerNorm(
    _ x: UnsafeMutablePointer<Float>, adding residual: UnsafePointer<Float>?,
    gamma: UnsafeBufferPointer<Float>,
    beta: UnsafeBufferPointer<Float>, rows: Int, epsilon: Float
  ) {
    precondition(gamma.count == beta.count, "\(gamma.count) gammas, \(beta.count) betas")
    table.layer_norm(x, residual, gamma.baseAddress, beta.baseAddress, rows, gamma.count, epsilon)
  }

  /// `x += bias` on each row; `x`: shape `[rows, bias.count]`.
  package func addBias(_ x: UnsafeMutablePointer<Float>, bias: UnsafeBufferPointer<Float>, rows: Int) {
    table.add_bias(x, bias.baseAddress, rows, bias.count)
  }

  /// `x = gelu(x + bias)` on each row, exact (erf) form; `x`: shape `[rows, bias.count]`.
  ///
  /// - Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", section 2.
  package func addBiasGELU(_ x: UnsafeMutablePointer<Float>, bias: UnsafeBufferPointer<Float>, rows: Int) {
    table.add_bias_gelu(x, bias.baseAddress, rows, bias.count)
  }

  /// `x = softmax(scale × x)` along each row; `x`: shape `[rows, columns]`.
  package func softmax(_ x: UnsafeMutablePointer<Float>, rows: Int, columns: Int, scale: Float) {
    table.softmax(x, rows, columns, scale)
  }

  /// Floats of scratch that `attention` takes.
  package static func attentionScratch(tokens: Int, headSize: Int) -> Int {
    rag_attention_scratch(tokens, headSize)
  }

  /// Multi-head self-attention of all tokens to all.
  ///
  /// - Parameters:
  ///   - qkv: shape `[tokens, 3 × heads × headSize]`; a row is all queries, then keys, then values.
  ///   - context: shape `[tokens, heads × headSize]`, written.
  ///   - scratch: `attentionScratch(tokens:headSize:)` floats.
  /// - Complexity: O(tokens² × heads × headSize).
  /// - Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.
  package func attention(
    _ qkv: UnsafePointer<Float>, context: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    tokens: Int, heads: Int, headSize: Int
  ) {
    table.attention(qkv, context, scratch, tokens, heads, headSize)
  }

  /// Mean over the rows of `x`, shape `[rows, columns]`, into `out`, shape `[columns]`.
  package func meanRows(
    _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    table.mean_rows(x, out, rows, columns)
  }
}
