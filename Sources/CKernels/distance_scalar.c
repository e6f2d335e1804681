#include "distance_levels.h"

static float dot_f32(const float *a, const float *b, size_t count) {
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static float l2_f32(const float *a, const float *b, size_t count) {
  float sum = 0;
  for (size_t i = 0; i < count; i++) {
    float difference = a[i] - b[i];
    sum += difference * difference;
  }
  return sum;
}

static int32_t dot_i8(const int8_t *a, const int8_t *b, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += (int32_t)a[i] * (int32_t)b[i];
  return sum;
}

RAG_DOTS_ONE_BY_ONE(, dots_i8, dot_i8)

const rag_distance_table rag_distance_scalar = {dot_f32, l2_f32, dot_i8, dots_i8};
