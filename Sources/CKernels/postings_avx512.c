#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "postings_x86.h"

static void unpack(const uint8_t *bytes, size_t readable, size_t count, uint32_t bits, uint32_t *out) {
  unpack_vector(bytes, readable, count, bits, out);
}

// values[i] + the sum of values[0...i - 1].
static inline __m512i running_sums(__m512i v) {
  __m512i zero = _mm512_setzero_si512();
  v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 15));
  v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 14));
  v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 12));
  return _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 8));
}

static void add_gaps(uint32_t *values, size_t count, uint32_t before) {
  __m512i carry = _mm512_set1_epi32((int)before), one = _mm512_set1_epi32(1), last = _mm512_set1_epi32(15);
  for (size_t i = 0; i < count; i += 16) {
    __m512i v = running_sums(_mm512_add_epi32(_mm512_loadu_si512(values + i), one));
    _mm512_storeu_si512(values + i, _mm512_add_epi32(v, carry));
    // The sum goes on without waiting for the vector at hand.
    carry = _mm512_add_epi32(carry, _mm512_permutexvar_epi32(last, v));
  }
}

typedef struct {
  __m512 weight, base, slope;
  __m512i limit;
  const int *lengths;
} scorer;

static inline scorer scorer_of(const rag_bm25_term *term) {
  return (scorer){_mm512_set1_ps(term->weight), _mm512_set1_ps(term->base), _mm512_set1_ps(term->slope),
                  _mm512_set1_epi32((int)(term->count - 1)), (const int *)term->lengths};
}

static inline __m512i steps_of(const scorer *s, __m512i ordinal, __m512i less_one) {
#pragma STDC FP_CONTRACT OFF
  __m512i one = _mm512_set1_epi32(1);
  __m512i length = _mm512_i32gather_epi32(_mm512_min_epu32(ordinal, s->limit), s->lengths, 4);
  __m512 f = _mm512_cvtepi32_ps(_mm512_add_epi32(less_one, one));
  __m512 norm = _mm512_add_ps(_mm512_mul_ps(s->slope, _mm512_cvtepi32_ps(length)), s->base);
  __m512 score = _mm512_div_ps(_mm512_mul_ps(s->weight, f), _mm512_add_ps(f, norm));
  return _mm512_max_epi32(_mm512_cvttps_epi32(_mm512_add_ps(score, _mm512_set1_ps(0.5f))), one);
}

static void score(const rag_bm25_term *term, const uint32_t *ordinals, const uint32_t *less_one, size_t count,
                  int32_t *steps) {
  scorer s = scorer_of(term);
  for (size_t i = 0; i < count; i += 16) {
    _mm512_storeu_si512(steps + i,
                        steps_of(&s, _mm512_loadu_si512(ordinals + i), _mm512_loadu_si512(less_one + i)));
  }
}

// Numbers of some bits, sixteen at a time.
typedef struct {
  __m512i place, shift, mask;
  uint32_t bits;
} unpacker;

static inline unpacker unpacker_of(uint32_t bits) {
  return (unpacker){_mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)rag_postings_places[bits])),
                    _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)rag_postings_shifts[bits])),
                    _mm512_set1_epi32((int)((1u << bits) - 1)), bits};
}

static inline __m512i unpack16(const unpacker *u, const uint8_t *bytes) {
  const uint8_t *next = bytes + u->bits;
  uint32_t half = u->bits / 2;
  __m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)bytes));
  v = _mm512_inserti64x2(v, _mm_loadu_si128((const __m128i *)(bytes + half)), 1);
  v = _mm512_inserti64x2(v, _mm_loadu_si128((const __m128i *)next), 2);
  v = _mm512_inserti64x2(v, _mm_loadu_si128((const __m128i *)(next + half)), 3);
  return _mm512_and_si512(_mm512_srlv_epi32(_mm512_shuffle_epi8(v, u->place), u->shift), u->mask);
}

static void decode(const rag_posting_block *block, const rag_bm25_term *term, uint32_t *ordinals, int32_t *steps) {
  size_t split = rag_posting_distance_bytes(block), groups = (block->count + 15) / 16;
  uint32_t wide = block->distance_bits > block->count_bits ? block->distance_bits : block->count_bits;
  // Loads go past the numbers: at the end of a file, and with wide ones, step by step.
  if (wide > RAG_POSTINGS_WIDEST || split + groups * 2 * wide + 32 > block->readable) {
    uint32_t less_one[RAG_POSTINGS_BLOCK];
    unpack_vector(block->bytes, block->readable, block->count, block->distance_bits, ordinals);
    add_gaps(ordinals, block->count, block->before);
    unpack_vector(block->bytes + split, block->readable - split, block->count, block->count_bits, less_one);
    score(term, ordinals, less_one, block->count, steps);
    return;
  }
  unpacker distances = unpacker_of(block->distance_bits), counts = unpacker_of(block->count_bits);
  scorer s = scorer_of(term);
  __m512i carry = _mm512_set1_epi32((int)block->before), one = _mm512_set1_epi32(1), last = _mm512_set1_epi32(15);
  const uint8_t *frequencies = block->bytes + split;
  for (size_t group = 0; group < groups; group++) {
    __m512i v = unpack16(&distances, block->bytes + group * 2 * distances.bits);
    v = running_sums(_mm512_add_epi32(v, one));
    __m512i ordinal = _mm512_add_epi32(v, carry);
    carry = _mm512_add_epi32(carry, _mm512_permutexvar_epi32(last, v));
    __m512i less_one = unpack16(&counts, frequencies + group * 2 * counts.bits);
    _mm512_storeu_si512(ordinals + group * 16, ordinal);
    _mm512_storeu_si512(steps + group * 16, steps_of(&s, ordinal, less_one));
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

const rag_postings_kernels rag_postings_avx512 = {unpack, add_gaps, score, decode, collect};
#pragma clang attribute pop
#endif
