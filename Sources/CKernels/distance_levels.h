#pragma once
#include "distance.h"

/// Rows that are fetched before they are needed.
#define RAG_ROWS_AHEAD 32

static inline void rag_fetch_row(const int8_t *row, size_t stride) {
  for (size_t line = 0; line < stride; line += 64) __builtin_prefetch(row + line);
}

/// A `dots_i8` that takes the rows one by one with the level's own `dot_i8`.
#define RAG_DOTS_ONE_BY_ONE(TARGET, name, dot_i8)                                                                 \
  TARGET static void name(const int8_t *query, const int8_t *rows, size_t stride, const uint32_t *ordinals,       \
                          size_t n, int32_t *dots) {                                                              \
    for (size_t i = 0; i < n && i < RAG_ROWS_AHEAD; i++) rag_fetch_row(rows + ordinals[i] * stride, stride);      \
    for (size_t i = 0; i < n; i++) {                                                                              \
      if (i + RAG_ROWS_AHEAD < n) rag_fetch_row(rows + ordinals[i + RAG_ROWS_AHEAD] * stride, stride);            \
      dots[i] = dot_i8(query, rows + ordinals[i] * stride, stride);                                               \
    }                                                                                                             \
  }

extern const rag_distance_table rag_distance_scalar;
#if defined(__x86_64__)
extern const rag_distance_table rag_distance_avx2;
extern const rag_distance_table rag_distance_avx512;
extern const rag_distance_table rag_distance_avx512vnni;
#elif defined(__aarch64__)
extern const rag_distance_table rag_distance_neon;
#endif
