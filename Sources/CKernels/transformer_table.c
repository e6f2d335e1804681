#include "transformer_levels.h"

const rag_transformer_kernels *rag_transformer_kernels_at(rag_simd_level level) {
  switch (level) {
    case RAG_SIMD_SCALAR: return &rag_transformer_scalar;
#if defined(__x86_64__)
    case RAG_SIMD_AVX2: return &rag_transformer_avx2;
    case RAG_SIMD_AVX512:
    case RAG_SIMD_AVX512VNNI: return &rag_transformer_avx512;
#elif defined(__aarch64__)
    case RAG_SIMD_NEON: return &rag_transformer_neon;
#endif
    default: return NULL;
  }
}

const rag_transformer_kernels *rag_transformer_kernels_current(void) {
  const rag_transformer_kernels *kernels = rag_transformer_kernels_at(rag_simd_level_current());
  return kernels != NULL ? kernels : &rag_transformer_scalar;
}

size_t rag_attention_scratch(size_t tokens, size_t head_size) {
  // Keys transposed, values, and a block of query rows; each row padded to the widest vector (16 floats).
  size_t padded_tokens = (tokens + 15) / 16 * 16, padded_size = (head_size + 15) / 16 * 16;
  return head_size * padded_tokens + tokens * padded_size + 6 * (padded_tokens + padded_size + head_size) + 16;
}
