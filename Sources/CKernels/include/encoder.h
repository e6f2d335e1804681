#pragma once
// Products, attention and norms of the transformer encoder in bfloat16 and 8-bit integers (Embeddings).
// For processors with AVX512-BF16 and AVX512-VNNI; others compute in float32 (transformer.h, oneDNN).
#include <stddef.h>
#include <stdint.h>

/// y = x wᵀ + bias with packed weights. Inputs and outputs are multiples of 32.
typedef struct {
  size_t inputs, outputs;
  /// Of pack_bfloat16 or pack_int8; 64-byte aligned.
  const void *panels;
  /// Shape [outputs].
  const float *bias;
  /// int8 only, shape [outputs]: the weights' scales, and the sums of each output's integers.
  const float *scales;
  const int32_t *sums;
} rag_product;

/// What becomes of a product's sums.
typedef enum {
  RAG_TO_BFLOAT16,       // y: bfloat16
  RAG_GELU_TO_BFLOAT16,  // y: bfloat16 of gelu(…); absolute error of gelu below 4e-4
  RAG_ADD_TO_FLOAT,      // y: float32, with `residual` added
} rag_product_end;

/// Rows of 8-bit integers: row r stands for scales[r] × (values − zeros[r]).
typedef struct {
  uint8_t *values;
  float *scales;
  int32_t *zeros;
} rag_int8_rows;

typedef struct {
  /// Packs weights of shape [outputs, inputs], times `factor`, into inputs × outputs bfloat16 numbers.
  void (*pack_bfloat16)(const float *weights, float factor, size_t inputs, size_t outputs,
                        uint16_t *panels);
  /// The same into inputs × outputs integers in −127...127, with a scale and a sum for each output.
  void (*pack_int8)(const float *weights, float factor, size_t inputs, size_t outputs, int8_t *panels,
                    float *scales, int32_t *sums);

  /// x: shape [rows, inputs]; residual and y: shape [rows, outputs]. A row's result depends on that row alone.
  void (*product_bfloat16)(const rag_product *product, const uint16_t *x, size_t rows, rag_product_end end,
                           const float *residual, void *y);
  void (*product_int8)(const rag_product *product, const rag_int8_rows *x, size_t rows, rag_product_end end,
                       const float *residual, void *y);

  /// Multi-head self-attention: context = softmax₂(q kᵀ) v for each head, where softmax₂ has the base 2: the factor
  /// log₂(e) / √head_size is in q already. head_size is a multiple of 32.
  /// qkv: shape [tokens, 3 × heads × head_size]; context: shape [tokens, heads × head_size].
  /// scratch: rag_encoder_attention_scratch bytes, 64-byte aligned.
  void (*attention)(const uint16_t *qkv, uint16_t *context, void *scratch, size_t tokens, size_t heads,
                    size_t head_size);

  /// x = layer_norm(x) in place, and the same rounded to bfloat16, or as integers.
  /// Shape [rows, columns]; columns is a multiple of 32.
  void (*norm_to_bfloat16)(float *x, const float *gamma, const float *beta, size_t rows, size_t columns,
                           float epsilon, uint16_t *rounded);
  void (*norm_to_int8)(float *x, const float *gamma, const float *beta, size_t rows, size_t columns,
                       float epsilon, const rag_int8_rows *rounded);

  /// Shape [rows, columns]; columns is a multiple of 32.
  void (*bfloat16_to_int8)(const uint16_t *x, size_t rows, size_t columns, const rag_int8_rows *rounded);
} rag_encoder_kernels;

/// NULL where the processor lacks the instructions or RAG_SIMD forbids them.
const rag_encoder_kernels *rag_encoder_kernels_current(void);

/// Whether bfloat16 products are faster than float32 ones here: AMD's are twice as fast, Intel's, made for AMX, slower.
int rag_encoder_bfloat16_is_fast(void);

size_t rag_encoder_attention_scratch(size_t tokens, size_t head_size);
