#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "postings_x86.h"

static void unpack(const uint8_t *bytes, size_t readable, size_t count, uint32_t bits, uint32_t *out) {
  unpack_vector(bytes, readable, count, bits, out);
}

static void add_gaps(uint32_t *values, size_t count, uint32_t before) { add_gaps_vector(values, count, before); }

static void score(const rag_bm25_term *term, const uint32_t *ordinals, const uint32_t *less_one, size_t count,
                  int32_t *steps) {
#pragma STDC FP_CONTRACT OFF
  __m256 weight = _mm256_set1_ps(term->weight), base = _mm256_set1_ps(term->base), slope = _mm256_set1_ps(term->slope);
  __m256 half = _mm256_set1_ps(0.5f);
  __m256i one = _mm256_set1_epi32(1), limit = _mm256_set1_epi32((int)(term->count - 1));
  for (size_t i = 0; i < count; i += 8) {
    __m256i ordinal = _mm256_min_epu32(_mm256_loadu_si256((const __m256i *)(ordinals + i)), limit);
    __m256i length = _mm256_i32gather_epi32((const int *)term->lengths, ordinal, 4);
    __m256 f = _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(less_one + i)), one));
    __m256 norm = _mm256_add_ps(_mm256_mul_ps(slope, _mm256_cvtepi32_ps(length)), base);
    __m256 score = _mm256_div_ps(_mm256_mul_ps(weight, f), _mm256_add_ps(f, norm));
    __m256i step = _mm256_max_epi32(_mm256_cvttps_epi32(_mm256_add_ps(score, half)), one);
    _mm256_storeu_si256((__m256i *)(steps + i), step);
  }
}

static void decode(const rag_posting_block *block, const rag_bm25_term *term, uint32_t *ordinals, int32_t *steps) {
  uint32_t less_one[RAG_POSTINGS_BLOCK];
  size_t split = rag_posting_distance_bytes(block);
  unpack_vector(block->bytes, block->readable, block->count, block->distance_bits, ordinals);
  add_gaps_vector(ordinals, block->count, block->before);
  unpack_vector(block->bytes + split, block->readable - split, block->count, block->count_bits, less_one);
  score(term, ordinals, less_one, block->count, steps);
}

static size_t collect(int32_t *sums, size_t count, int32_t least, uint32_t first, uint32_t *places, int32_t *values) {
  __m256i below = _mm256_set1_epi32(least - 1), zero = _mm256_setzero_si256();
  size_t found = 0;
  for (size_t i = 0; i < count; i += 8) {
    __m256i *sum = (__m256i *)(sums + i);
    uint32_t mask = (uint32_t)_mm256_movemask_ps(
        _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_loadu_si256(sum), below)));
    for (; mask != 0; mask &= mask - 1) {
      size_t place = i + (size_t)__builtin_ctz(mask);
      places[found] = first + (uint32_t)place;
      values[found++] = sums[place];
    }
    _mm256_storeu_si256(sum, zero);
  }
  return found;
}

const rag_postings_kernels rag_postings_avx2 = {unpack, add_gaps, score, decode, collect};
#pragma clang attribute pop
#endif
