#pragma once
// Posting lists and BM25 in fixed point (LexicalIndex).
#include <stddef.h>
#include <stdint.h>

#include "simd_level.h"

/// What the score of a term depends on, beside frequency and length.
typedef struct {
  /// Weight of the term, in steps of the score.
  float weight;
  /// k1 * (1 - b), and k1 * b / average length.
  float base, slope;
  /// Length of each ordinal; shape [count].
  const uint32_t *lengths;
  uint32_t count;
} rag_bm25_term;

/// What a term adds to the score, in whole steps and at least one: sums are exact in any order.
static inline int32_t rag_bm25_steps(const rag_bm25_term *term, uint32_t frequency, uint32_t length) {
#pragma STDC FP_CONTRACT OFF
  float f = (float)(int32_t)frequency;
  float norm = term->slope * (float)(int32_t)length;
  norm = norm + term->base;
  int32_t steps = (int32_t)(term->weight * f / (f + norm) + 0.5f);
  return steps > 1 ? steps : 1;
}

enum { RAG_POSTINGS_BLOCK = 128 };

/// A block of postings as it lies in the file.
typedef struct {
  /// The packed distances; `readable` bytes, at least those of the block, may be read.
  const uint8_t *bytes;
  size_t readable;
  size_t count;
  uint32_t distance_bits, count_bits;
  /// The ordinal that distances count from.
  uint32_t before;
} rag_posting_block;

/// One implementation of each kernel; all give the same numbers. Blocks hold up to 128 values, and arrays of a block
/// have room for 128.
typedef struct {
  /// Unpacks `count` numbers of `bits` (0...32) bits, packed from the lowest bit; `readable` bytes, at least those of
  /// the numbers, may be read.
  void (*unpack)(const uint8_t *bytes, size_t readable, size_t count, uint32_t bits, uint32_t *out);

  /// values[i] = before + the sum of values[0...i] + i + 1, modulo 2^32.
  void (*add_gaps)(uint32_t *values, size_t count, uint32_t before);

  /// steps[i] = rag_bm25_steps of frequency less_one[i] + 1; an ordinal not below `term->count` has the last length.
  void (*score)(const rag_bm25_term *term, const uint32_t *ordinals, const uint32_t *less_one, size_t count,
                int32_t *steps);

  /// Unpacks a block - distances, then frequencies less one, each padded to whole bytes - into ordinals and steps.
  void (*decode)(const rag_posting_block *block, const rag_bm25_term *term, uint32_t *ordinals, int32_t *steps);

  /// Gives places (from `first` on) and values of the sums that are at least `least` (> 0), and zeros all sums.
  /// `count` is a multiple of 64; `places` and `values` have room for 16 more than are given.
  size_t (*collect)(int32_t *sums, size_t count, int32_t least, uint32_t first, uint32_t *places, int32_t *values);
} rag_postings_kernels;

/// The kernels of a level, or those of the best level below it that this build has.
const rag_postings_kernels *rag_postings_kernels_at(rag_simd_level level);

/// The kernels of rag_simd_level_current().
const rag_postings_kernels *rag_postings_kernels_current(void);
