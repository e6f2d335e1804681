#pragma once
// Element-wise and row kernels of the transformer encoder (Embeddings).
#include "simd_level.h"

#include <stddef.h>
#include <stdint.h>

/// Every array is row-major float32 without padding; none may overlap another unless said.
typedef struct {
  /// x = layer_norm(x + residual) in place; `residual` may be NULL. Shapes [rows, columns], [columns].
  void (*layer_norm)(float *x, const float *residual, const float *gamma, const float *beta, size_t rows,
                     size_t columns, float epsilon);

  /// x += bias, a row at a time. Shapes [rows, columns], [columns].
  void (*add_bias)(float *x, const float *bias, size_t rows, size_t columns);

  /// x = gelu(x + bias) with the exact (erf) form; absolute error below 2e-7 for |x| <= 12.
  void (*add_bias_gelu)(float *x, const float *bias, size_t rows, size_t columns);

  /// x = softmax(scale * x) along each row. Shape [rows, columns].
  void (*softmax)(float *x, size_t rows, size_t columns, float scale);

  /// Multi-head self-attention: context = softmax(q kᵀ / √head_size) v for each head.
  /// qkv: shape [tokens, 3 * heads * head_size], a row is all of q, then k, then v.
  /// context: shape [tokens, heads * head_size].
  /// scratch: rag_attention_scratch(tokens, head_size) floats.
  void (*attention)(const float *qkv, float *context, float *scratch, size_t tokens, size_t heads,
                    size_t head_size);

  /// out = mean over rows of x. Shapes [rows, columns], [columns].
  void (*mean_rows)(const float *x, float *out, size_t rows, size_t columns);
} rag_transformer_kernels;

/// The table of a level, or NULL where it isn't built for this architecture.
const rag_transformer_kernels *rag_transformer_kernels_at(rag_simd_level level);

/// The table of rag_simd_level_current().
const rag_transformer_kernels *rag_transformer_kernels_current(void);

/// Floats of scratch that `attention` takes, at any level.
size_t rag_attention_scratch(size_t tokens, size_t head_size);
