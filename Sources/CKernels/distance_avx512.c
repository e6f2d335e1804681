#include "distance_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define TARGET_VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

TARGET static float dot_f32(const float *a, const float *b, size_t count) {
  __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
    s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
    s2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), s2);
    s3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), s3);
  }
  for (; i < count; i += 16) {
    __mmask16 mask = count - i >= 16 ? 0xFFFF : (__mmask16)((1u << (count - i)) - 1);
    s0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s0);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

TARGET static float l2_f32(const float *a, const float *b, size_t count) {
  __m512 sum = _mm512_setzero_ps();
  for (size_t i = 0; i < count; i += 16) {
    __mmask16 mask = count - i >= 16 ? 0xFFFF : (__mmask16)((1u << (count - i)) - 1);
    __m512 d = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i));
    sum = _mm512_fmadd_ps(d, d, sum);
  }
  return _mm512_reduce_add_ps(sum);
}

TARGET static int32_t dot_i8(const int8_t *a, const int8_t *b, size_t count) {
  __m512i sum = _mm512_setzero_si512();
  for (size_t i = 0; i < count; i += 32) {
    __mmask32 mask = count - i >= 32 ? 0xFFFFFFFFu : (__mmask32)((1u << (count - i)) - 1);
    __m512i x = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, a + i));
    __m512i y = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, b + i));
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(x, y));
  }
  return _mm512_reduce_add_epi32(sum);
}

TARGET_VNNI static int32_t dot_i8_vnni(const int8_t *a, const int8_t *b, size_t count) {
  // vpdpbusd multiplies unsigned by signed: |a| × (b with a's sign).
  const __m512i zero = _mm512_setzero_si512();
  __m512i s0 = zero, s1 = zero;
  size_t i = 0;
  for (; i + 128 <= count; i += 128) {
    __m512i x0 = _mm512_loadu_si512(a + i), y0 = _mm512_loadu_si512(b + i);
    __m512i x1 = _mm512_loadu_si512(a + i + 64), y1 = _mm512_loadu_si512(b + i + 64);
    y0 = _mm512_mask_sub_epi8(y0, _mm512_movepi8_mask(x0), zero, y0);
    y1 = _mm512_mask_sub_epi8(y1, _mm512_movepi8_mask(x1), zero, y1);
    s0 = _mm512_dpbusd_epi32(s0, _mm512_abs_epi8(x0), y0);
    s1 = _mm512_dpbusd_epi32(s1, _mm512_abs_epi8(x1), y1);
  }
  for (; i < count; i += 64) {
    __mmask64 mask = count - i >= 64 ? ~0ull : (1ull << (count - i)) - 1;
    __m512i x = _mm512_maskz_loadu_epi8(mask, a + i), y = _mm512_maskz_loadu_epi8(mask, b + i);
    y = _mm512_mask_sub_epi8(y, _mm512_movepi8_mask(x), zero, y);
    s0 = _mm512_dpbusd_epi32(s0, _mm512_abs_epi8(x), y);
  }
  return _mm512_reduce_add_epi32(_mm512_add_epi32(s0, s1));
}

RAG_DOTS_ONE_BY_ONE(TARGET, dots_i8, dot_i8)

TARGET_VNNI static void dots_i8_vnni(const int8_t *query, const int8_t *rows, size_t stride,
                                     const uint32_t *ordinals, size_t n, int32_t *dots) {
  // vpdpbusd multiplies unsigned by signed: (row + 128) × query, less 128 × the sum of the query.
  const __m512i flip = _mm512_set1_epi8((char)0x80);
  __m512i sum = _mm512_setzero_si512();
  for (size_t i = 0; i < stride; i += 64) sum = _mm512_dpbusd_epi32(sum, flip, _mm512_loadu_si512(query + i));
  const int32_t excess = _mm512_reduce_add_epi32(sum);
  for (size_t j = 0; j < n && j < RAG_ROWS_AHEAD; j++) rag_fetch_row(rows + ordinals[j] * stride, stride);
  size_t j = 0;
  for (; j + 4 <= n; j += 4) {
    for (size_t ahead = j + RAG_ROWS_AHEAD; ahead < j + RAG_ROWS_AHEAD + 4 && ahead < n; ahead++)
      rag_fetch_row(rows + ordinals[ahead] * stride, stride);
    const int8_t *r0 = rows + ordinals[j] * stride, *r1 = rows + ordinals[j + 1] * stride;
    const int8_t *r2 = rows + ordinals[j + 2] * stride, *r3 = rows + ordinals[j + 3] * stride;
    __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
    for (size_t i = 0; i < stride; i += 64) {
      __m512i q = _mm512_loadu_si512(query + i);
      s0 = _mm512_dpbusd_epi32(s0, _mm512_xor_si512(_mm512_loadu_si512(r0 + i), flip), q);
      s1 = _mm512_dpbusd_epi32(s1, _mm512_xor_si512(_mm512_loadu_si512(r1 + i), flip), q);
      s2 = _mm512_dpbusd_epi32(s2, _mm512_xor_si512(_mm512_loadu_si512(r2 + i), flip), q);
      s3 = _mm512_dpbusd_epi32(s3, _mm512_xor_si512(_mm512_loadu_si512(r3 + i), flip), q);
    }
    // Transposes while adding: four lanes of four sums become one sum each.
    __m512i a = _mm512_add_epi32(_mm512_unpacklo_epi32(s0, s1), _mm512_unpackhi_epi32(s0, s1));
    __m512i b = _mm512_add_epi32(_mm512_unpacklo_epi32(s2, s3), _mm512_unpackhi_epi32(s2, s3));
    __m512i c = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(c), _mm512_extracti64x4_epi64(c, 1));
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    _mm_storeu_si128((__m128i *)(dots + j), _mm_sub_epi32(four, _mm_set1_epi32(excess)));
  }
  for (; j < n; j++) {
    const int8_t *row = rows + ordinals[j] * stride;
    __m512i s = _mm512_setzero_si512();
    for (size_t i = 0; i < stride; i += 64)
      s = _mm512_dpbusd_epi32(s, _mm512_xor_si512(_mm512_loadu_si512(row + i), flip), _mm512_loadu_si512(query + i));
    dots[j] = _mm512_reduce_add_epi32(s) - excess;
  }
}

const rag_distance_table rag_distance_avx512 = {dot_f32, l2_f32, dot_i8, dots_i8};
const rag_distance_table rag_distance_avx512vnni = {dot_f32, l2_f32, dot_i8_vnni, dots_i8_vnni};
#endif
