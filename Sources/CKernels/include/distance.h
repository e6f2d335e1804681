#pragma once
// Distances and scores of vectors (VectorIndex).
#include <stddef.h>
#include <stdint.h>

#include "simd_level.h"

/// One implementation of each kernel. Pointers need no alignment; counts may be any.
typedef struct {
  /// Inner product of float32 vectors.
  float (*dot_f32)(const float *a, const float *b, size_t count);
  /// Squared Euclidean distance of float32 vectors.
  float (*l2_f32)(const float *a, const float *b, size_t count);
  /// Inner product of int8 vectors with values in -127...127: exact, so equal at every level.
  int32_t (*dot_i8)(const int8_t *a, const int8_t *b, size_t count);
  /// `dot_i8` of `query` with `n` rows that lie anywhere in a matrix whose rows are `stride` bytes apart: row
  /// `ordinals[i]` gives `dots[i]`. Rows are fetched ahead. `query` has `stride` bytes, a multiple of 64.
  void (*dots_i8)(const int8_t *query, const int8_t *rows, size_t stride, const uint32_t *ordinals, size_t n,
                  int32_t *dots);
} rag_distance_table;

/// The kernels of a level, or those of the best level below it that this build has.
const rag_distance_table *rag_distance_table_for(rag_simd_level level);

/// The kernels of `rag_simd_level_current()`.
const rag_distance_table *rag_distance_table_current(void);

/// Asks for the cache line at an address that will be read soon.
static inline void rag_prefetch(const void *address) { __builtin_prefetch(address); }
