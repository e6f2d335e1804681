#include "simd_level.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"scalar", "neon", "avx2", "avx512", "avx512vnni"};

rag_simd_level rag_simd_level_best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512 && __builtin_cpu_supports("avx512vnni")) return RAG_SIMD_AVX512VNNI;
  if (avx512) return RAG_SIMD_AVX512;
  if (avx2) return RAG_SIMD_AVX2;
  return RAG_SIMD_SCALAR;
#elif defined(__aarch64__)
  return RAG_SIMD_NEON;
#else
  return RAG_SIMD_SCALAR;
#endif
}

const char *rag_simd_level_name(rag_simd_level level) { return names[level]; }

static rag_simd_level chosen;

static int is_runnable(rag_simd_level level, rag_simd_level best) {
  if (level == RAG_SIMD_SCALAR || level == best) return 1;
  // NEON stands apart from the x86 ladder.
  return best != RAG_SIMD_NEON && level != RAG_SIMD_NEON && level < best;
}

static void choose(void) {
  rag_simd_level best = rag_simd_level_best();
  chosen = best;
  const char *wanted = getenv("RAG_SIMD");
  if (wanted == NULL) return;
  for (int level = 0; level <= RAG_SIMD_AVX512VNNI; level++) {
    if (strcmp(wanted, names[level]) == 0 && is_runnable((rag_simd_level)level, best)) {
      chosen = (rag_simd_level)level;
    }
  }
}

rag_simd_level rag_simd_level_current(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, choose);
  return chosen;
}
