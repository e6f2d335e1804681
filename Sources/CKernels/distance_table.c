#include "distance_levels.h"

const rag_distance_table *rag_distance_table_for(rag_simd_level level) {
#if defined(__x86_64__)
  switch (level) {
    case RAG_SIMD_AVX512VNNI: return &rag_distance_avx512vnni;
    case RAG_SIMD_AVX512: return &rag_distance_avx512;
    case RAG_SIMD_AVX2: return &rag_distance_avx2;
    default: return &rag_distance_scalar;
  }
#elif defined(__aarch64__)
  return level == RAG_SIMD_NEON ? &rag_distance_neon : &rag_distance_scalar;
#else
  (void)level;
  return &rag_distance_scalar;
#endif
}

const rag_distance_table *rag_distance_table_current(void) {
  return rag_distance_table_for(rag_simd_level_current());
}
