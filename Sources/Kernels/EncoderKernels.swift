import CKernels

/// Products, attention and norms of a transformer encoder in bfloat16 and 8-bit integers.
///
/// `@unchecked Sendable`: a constant table of C functions that keep no state.
package struct EncoderKernels: @unchecked Sendable {
  /// Absent where the processor lacks AVX512-BF16 or AVX512-VNNI, or `RAG_SIMD` forbids them.
  package static let current: EncoderKernels? = rag_encoder_kernels_current().map {
    EncoderKernels(table: $0.pointee)
  }

  /// Whether bfloat16 products are faster than float32 ones on this processor.
  package static let isBFloat16Fast = rag_encoder_bfloat16_is_fast() != 0

  /// Sizes of rows are multiples of this.
  package static let granularity = 32

  let table: rag_encoder_kernels

  /// Rows of 8-bit integers, with scale and zero a row.
  package typealias IntegerRows = rag_int8_rows

  /// Bytes of scratch that `attention` takes.
  package static func attentionScratch(tokens: Int, headSize: Int) -> Int {
    rag_encoder_attention_scratch(tokens, headSize)
  }

  /// Multi-head self-attention of all tokens to all, in bfloat16.
  ///
  /// - Parameters:
  ///   - qkv: shape `[tokens, 3 × heads × headSize]`; a row is all queries, then keys, then values; the queries carry
  ///     the factor log₂(e) / √headSize.
  ///   - context: shape `[tokens, heads × headSize]`, written.
  ///   - scratch: `attentionScratch(tokens:headSize:)` bytes, 64-byte aligned.
  /// - Complexity: O(tokens² × heads × headSize).
  /// - Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.
  package func attention(
    _ qkv: UnsafePointer<UInt16>, context: UnsafeMutablePointer<UInt16>, scratch: UnsafeMutableRawPointer,
    tokens: Int, heads: Int, headSize: Int
  ) {
    table.attention(qkv, context, scratch, tokens, heads, headSize)
  }

  /// `x = layer_norm(x)` in place, shape `[rows, gamma.count]`, and the same in bfloat16.
  package func norm(
    _ x: UnsafeMutablePointer<Float>, gamma: UnsafeBufferPointer<Float>, beta: UnsafeBufferPointer<Float>,
    rows: Int, epsilon: Float, rounded: UnsafeMutablePointer<UInt16>
  ) {
    table.norm_to_bfloat16(x, gamma.baseAddress, beta.baseAddress, rows, gamma.count, epsilon, rounded)
  }

  /// `x = layer_norm(x)` in place, shape `[rows, gamma.count]`, and the same as integers.
  package func norm(
    _ x: UnsafeMutablePointer<Float>, gamma: UnsafeBufferPointer<Float>, beta: UnsafeBufferPointer<Float>,
    rows: Int, epsilon: Float, rounded: IntegerRows
  ) {
    withUnsafePointer(to: rounded) {
      table.norm_to_int8(x, gamma.baseAddress, beta.baseAddress, rows, gamma.count, epsilon, $0)
    }
  }

  /// bfloat16 numbers, shape `[rows, columns]`, as integers.
  package func integers(
    of x: UnsafePointer<UInt16>, rows: Int, columns: Int, rounded: IntegerRows
  ) {
    withUnsafePointer(to: rounded) { table.bfloat16_to_int8(x, rows, columns, $0) }
  }
}
