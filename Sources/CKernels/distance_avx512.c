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

const rag_distance_table rag_distance_avx512 = {dot_f32, l2_f32, dot_i8};
const rag_distance_table rag_distance_avx512vnni = {dot_f32, l2_f32, dot_i8_vnni};
#endif
