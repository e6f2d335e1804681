#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "postings_x86.h"

static void unpack(const uint8_t *bytes, size_t readable, size_t count, uint32_t bits, uint32_t *out) {
  unpack_vector(bytes, readable, count, bits, out);
}

static void add_gaps(uint32_t *values, size_t count, uint32_t before) { add_gaps_vector(values, count, before); }

static void score(const rag_bm25_term *term, const uint32_t *ordinals, const uint32_t *less_one, size_t count,
                  int32_t *steps) {
#pragma STDC FP_CONTRACT OFF
  __m512 weight = _mm512_set1_ps(term->weight), base = _mm512_set1_ps(term->base), slope = _mm512_set1_ps(term->slope);
  __m512 half = _mm512_set1_ps(0.5f);
  __m512i one = _mm512_set1_epi32(1), limit = _mm512_set1_epi32((int)(term->count - 1));
  for (size_t i = 0; i < count; i += 16) {
    __m512i ordinal = _mm512_min_epu32(_mm512_loadu_si512(ordinals + i), limit);
    __m512i length = _mm512_i32gather_epi32(ordinal, (const int *)term->lengths, 4);
    __m512 f = _mm512_cvtepi32_ps(_mm512_add_epi32(_mm512_loadu_si512(less_one + i), one));
    __m512 norm = _mm512_add_ps(_mm512_mul_ps(slope, _mm512_cvtepi32_ps(length)), base);
    __m512 score = _mm512_div_ps(_mm512_mul_ps(weight, f), _mm512_add_ps(f, norm));
    __m512i step = _mm512_max_epi32(_mm512_cvttps_epi32(_mm512_add_ps(score, half)), one);
    _mm512_storeu_si512(steps + i, step);
  }
}

static size_t collect(int32_t *sums, size_t count, int32_t least, uint32_t first, uint32_t *places, int32_t *values) {
  __m512i below = _mm512_set1_epi32(least - 1), zero = _mm512_setzero_si512(), next = _mm512_set1_epi32(16);
  __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  size_t found = 0;
  for (size_t i = 0; i < count; i += 64) {
    __m512i sum[4];
    __mmask16 mask[4];
    for (int part = 0; part < 4; part++) {
      sum[part] = _mm512_loadu_si512(sums + i + part * 16);
      mask[part] = _mm512_cmpgt_epi32_mask(sum[part], below);
      _mm512_storeu_si512(sums + i + part * 16, zero);
    }
    if ((mask[0] | mask[1] | mask[2] | mask[3]) == 0) continue;
    __m512i place = _mm512_add_epi32(lanes, _mm512_set1_epi32((int)(first + i)));
    for (int part = 0; part < 4; part++) {
      _mm512_storeu_si512(places + found, _mm512_maskz_compress_epi32(mask[part], place));
      _mm512_storeu_si512(values + found, _mm512_maskz_compress_epi32(mask[part], sum[part]));
      found += (size_t)__builtin_popcount(mask[part]);
      place = _mm512_add_epi32(place, next);
    }
  }
  return found;
}

const rag_postings_kernels rag_postings_avx512 = {unpack, add_gaps, score, collect};
#pragma clang attribute pop
#endif
