#pragma once

/// Instruction sets a kernel table is written for, in rising order on each architecture.
typedef enum {
  RAG_SIMD_SCALAR = 0,
  RAG_SIMD_NEON = 1,
  RAG_SIMD_AVX2 = 2,        // AVX2 + FMA + F16C
  RAG_SIMD_AVX512 = 3,      // F, BW, DQ, VL
  RAG_SIMD_AVX512VNNI = 4,  // AVX512 + VNNI
} rag_simd_level;

/// The best level this processor runs, or the lower one that the environment variable
/// RAG_SIMD (scalar, neon, avx2, avx512, avx512vnni) asks for. Read once; a level the processor
/// lacks is never returned.
rag_simd_level rag_simd_level_current(void);

/// The best level of this processor, whatever the environment says.
rag_simd_level rag_simd_level_best(void);

const char *rag_simd_level_name(rag_simd_level level);
