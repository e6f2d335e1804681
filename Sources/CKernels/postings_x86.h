// Unpacking and gap sums with AVX2, for the files of both x86 levels.
#include <immintrin.h>
#include <string.h>

#include "postings_levels.h"

// Eight numbers of b bits begin on a byte: four lie in the 16 bytes from there, four in those from byte 4b / 8 on.
static inline void unpack_vector(const uint8_t *bytes, size_t readable, size_t count, uint32_t bits, uint32_t *out) {
  if (bits > RAG_POSTINGS_WIDEST) {
    rag_postings_unpack_scalar(bytes, readable, count, bits, out);
    return;
  }
  size_t groups = (count + 7) / 8, half = bits / 2;
  if (groups == 0) return;
  // What the last group's loads reach is past the end of a file's last list.
  uint8_t copy[RAG_POSTINGS_BLOCK * 4 + 32];
  if ((groups - 1) * bits + half + 16 > readable) {
    memcpy(copy, bytes, (count * bits + 7) / 8);
    bytes = copy;
  }
  __m256i shift = _mm256_loadu_si256((const __m256i *)rag_postings_shifts[bits]);
  __m256i place = _mm256_loadu_si256((const __m256i *)rag_postings_places[bits]);
  __m256i mask = _mm256_set1_epi32((int)((1u << bits) - 1));
  for (size_t group = 0; group < groups; group++, bytes += bits) {
    __m256i v = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)bytes)),
                                        _mm_loadu_si128((const __m128i *)(bytes + half)), 1);
    v = _mm256_and_si256(_mm256_srlv_epi32(_mm256_shuffle_epi8(v, place), shift), mask);
    _mm256_storeu_si256((__m256i *)(out + group * 8), v);
  }
}

static inline void add_gaps_vector(uint32_t *values, size_t count, uint32_t before) {
  __m256i carry = _mm256_set1_epi32((int)before), one = _mm256_set1_epi32(1);
  __m256i third = _mm256_set1_epi32(3), last = _mm256_set1_epi32(7), zero = _mm256_setzero_si256();
  for (size_t i = 0; i < count; i += 8) {
    __m256i v = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(values + i)), one);
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
    v = _mm256_add_epi32(v, _mm256_blend_epi32(zero, _mm256_permutevar8x32_epi32(v, third), 0xF0));
    _mm256_storeu_si256((__m256i *)(values + i), _mm256_add_epi32(v, carry));
    // The sum goes on without waiting for the vector at hand.
    carry = _mm256_add_epi32(carry, _mm256_permutevar8x32_epi32(v, last));
  }
}
