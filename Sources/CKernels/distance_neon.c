#include "distance_levels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

static float dot_f32(const float *a, const float *b, size_t count) {
  float32x4_t s0 = vdupq_n_f32(0), s1 = s0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
    s1 = vfmaq_f32(s1, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
  }
  float sum = vaddvq_f32(vaddq_f32(s0, s1));
  for (; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static float l2_f32(const float *a, const float *b, size_t count) {
  float32x4_t sum = vdupq_n_f32(0);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    float32x4_t d = vsubq_f32(vld1q_f32(a + i), vld1q_f32(b + i));
    sum = vfmaq_f32(sum, d, d);
  }
  float total = vaddvq_f32(sum);
  for (; i < count; i++) total += (a[i] - b[i]) * (a[i] - b[i]);
  return total;
}

static int32_t dot_i8(const int8_t *a, const int8_t *b, size_t count) {
  int32x4_t sum = vdupq_n_s32(0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    int8x16_t x = vld1q_s8(a + i), y = vld1q_s8(b + i);
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(x), vget_low_s8(y)));
    sum = vpadalq_s16(sum, vmull_high_s8(x, y));
  }
  int32_t total = vaddvq_s32(sum);
  for (; i < count; i++) total += (int32_t)a[i] * (int32_t)b[i];
  return total;
}

RAG_DOTS_ONE_BY_ONE(, dots_i8, dot_i8)

const rag_distance_table rag_distance_neon = {dot_f32, l2_f32, dot_i8, dots_i8};
#endif
