#include "postings_levels.h"

const rag_postings_kernels *rag_postings_kernels_at(rag_simd_level level) {
#if defined(__x86_64__)
  switch (level) {
    case RAG_SIMD_AVX512VNNI:
    case RAG_SIMD_AVX512: return &rag_postings_avx512;
    case RAG_SIMD_AVX2: return &rag_postings_avx2;
    default: return &rag_postings_scalar;
  }
#else
  (void)level;
  return &rag_postings_scalar;
#endif
}

const rag_postings_kernels *rag_postings_kernels_current(void) {
  return rag_postings_kernels_at(rag_simd_level_current());
}
