#include "postings_levels.h"

uint8_t rag_postings_places[RAG_POSTINGS_WIDEST + 1][32];
uint32_t rag_postings_shifts[RAG_POSTINGS_WIDEST + 1][8];

__attribute__((constructor)) static void fill_tables(void) {
  for (uint32_t bits = 0; bits <= RAG_POSTINGS_WIDEST; bits++) {
    for (uint32_t i = 0; i < 8; i++) {
      uint32_t bit = i * bits, byte = bit / 8 - (i < 4 ? 0 : bits / 2);
      rag_postings_shifts[bits][i] = bit % 8;
      for (uint32_t k = 0; k < 4; k++) rag_postings_places[bits][i * 4 + k] = byte + k < 16 ? byte + k : 0x80;
    }
  }
}

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
