#include "encoder.h"
#include "simd_level.h"

// Source of the tiling: Goto, van de Geijn 2008, "Anatomy of high-performance matrix multiplication".

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma"
#pragma clang attribute push(__attribute__((target(TARGET))), apply_to = function)

#define INLINE static inline __attribute__((always_inline))

/// A tile is up to ROWS × 32 sums in registers, with two registers for the panel and one for a row's numbers.
/// A panel of 384 bfloat16 inputs, 24 KB, stays in the first cache while all rows go over it.
enum { ROWS = 14, PANEL = 32, AHEAD = 2048 };

// MARK: Tiles

/// out[i][j] = Σ x[i][2k] panel[k][j][0] + x[i][2k + 1] panel[k][j][1], for `count` rows.
INLINE void tile_bf16(int count, const uint16_t *x, size_t stride, const uint16_t *panel, size_t pairs,
                      float *out, size_t out_stride) {
  __m512 low[ROWS], high[ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) low[i] = high[i] = _mm512_setzero_ps();
  // Unrolled further the compiler runs out of registers.
#pragma clang loop unroll(disable)
  for (size_t k = 0; k < pairs; k++, panel += 2 * PANEL) {
    __m512bh first = (__m512bh)_mm512_load_si512(panel), second = (__m512bh)_mm512_load_si512(panel + PANEL);
    _mm_prefetch((const char *)panel + AHEAD, _MM_HINT_T0);
    _mm_prefetch((const char *)panel + AHEAD + 64, _MM_HINT_T0);
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      int32_t pair;
      memcpy(&pair, x + i * stride + 2 * k, 4);
      __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
      low[i] = _mm512_dpbf16_ps(low[i], both, first);
      high[i] = _mm512_dpbf16_ps(high[i], both, second);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) {
    _mm512_storeu_ps(out + i * out_stride, low[i]);
    _mm512_storeu_ps(out + i * out_stride + 16, high[i]);
  }
}

/// The same over fours of unsigned and signed integers.
INLINE void tile_int8(int count, const uint8_t *x, size_t stride, const int8_t *panel, size_t fours,
                      int32_t *out) {
  __m512i low[ROWS], high[ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) low[i] = high[i] = _mm512_setzero_si512();
#pragma clang loop unroll(disable)
  for (size_t k = 0; k < fours; k++, panel += 4 * PANEL) {
    __m512i first = _mm512_load_si512(panel), second = _mm512_load_si512(panel + 2 * PANEL);
    _mm_prefetch((const char *)panel + AHEAD, _MM_HINT_T0);
    _mm_prefetch((const char *)panel + AHEAD + 64, _MM_HINT_T0);
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      int32_t four;
      memcpy(&four, x + i * stride + 4 * k, 4);
      __m512i all = _mm512_set1_epi32(four);
      low[i] = _mm512_dpbusd_epi32(low[i], all, first);
      high[i] = _mm512_dpbusd_epi32(high[i], all, second);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) {
    _mm512_storeu_si512(out + i * PANEL, low[i]);
    _mm512_storeu_si512(out + i * PANEL + 16, high[i]);
  }
}

#define EACH_COUNT(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14)
#define CASE_BF16(N) \
  case N: return tile_bf16(N, x, stride, panel, pairs, out, out_stride);
#define CASE_INT8(N) \
  case N: return tile_int8(N, x, stride, panel, fours, out);

static void multiply_bf16(size_t count, const uint16_t *x, size_t stride, const uint16_t *panel, size_t pairs,
                          float *out, size_t out_stride) {
  switch (count) { EACH_COUNT(CASE_BF16) }
}

static void multiply_int8(size_t count, const uint8_t *x, size_t stride, const int8_t *panel, size_t fours,
                          int32_t *out) {
  switch (count) { EACH_COUNT(CASE_INT8) }
}

// MARK: Ends of products

/// x Φ(x), Φ − ½ by an odd polynomial on [−4, 4]: a minimax fit of the error of x Φ(x), which is below 4e-5 there
/// and grows to 4e-4 at |x| = 10.
INLINE __m512 gelu(__m512 x) {
  __m512 c = _mm512_range_ps(x, _mm512_set1_ps(4.0f), 2);  // The smaller magnitude, with the sign of x.
  __m512 s = _mm512_mul_ps(c, c);
  __m512 p = _mm512_set1_ps(-1.301292796e-9f);
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(1.041959549e-7f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-3.657131066e-6f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(7.485502985e-5f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-1.006490349e-3f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(9.505398411e-3f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-6.588784407e-2f));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(3.986733970e-1f));
  return _mm512_mul_ps(x, _mm512_fmadd_ps(p, c, _mm512_set1_ps(0.5f)));
}

INLINE void store_bf16(uint16_t *out, __m512 low, __m512 high) {
  _mm512_storeu_si512(out, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

INLINE void finish(rag_product_end end, __m512 low, __m512 high, const float *residual, void *y, size_t place) {
  switch (end) {
    case RAG_TO_BFLOAT16: store_bf16((uint16_t *)y + place, low, high); break;
    case RAG_GELU_TO_BFLOAT16:
      store_bf16((uint16_t *)y + place, gelu(low), gelu(high));
      break;
    case RAG_ADD_TO_FLOAT: {
      float *out = (float *)y + place;
      _mm512_storeu_ps(out, _mm512_add_ps(low, _mm512_loadu_ps(residual + place)));
      _mm512_storeu_ps(out + 16, _mm512_add_ps(high, _mm512_loadu_ps(residual + place + 16)));
    }
  }
}

// MARK: Products

static void product_bfloat16(const rag_product *product, const uint16_t *x, size_t rows, rag_product_end end,
                          const float *residual, void *y) {
  _Alignas(64) float sums[ROWS * PANEL];
  size_t inputs = product->inputs, outputs = product->outputs;
  size_t blocks = (rows + ROWS - 1) / ROWS;
  const uint16_t *panel = product->panels;
  for (size_t column = 0; column < outputs; column += PANEL, panel += inputs * PANEL) {
    __m512 bias0 = _mm512_loadu_ps(product->bias + column);
    __m512 bias1 = _mm512_loadu_ps(product->bias + column + 16);
    for (size_t block = 0, row = 0; block < blocks; block++) {
      size_t count = (rows - row + blocks - block - 1) / (blocks - block);
      multiply_bf16(count, x + row * inputs, inputs, panel, inputs / 2, sums, PANEL);
      for (size_t i = 0; i < count; i++, row++) {
        finish(end, _mm512_add_ps(_mm512_load_ps(sums + i * PANEL), bias0),
               _mm512_add_ps(_mm512_load_ps(sums + i * PANEL + 16), bias1), residual, y, row * outputs + column);
      }
    }
  }
}

static void product_int8(const rag_product *product, const rag_int8_rows *x, size_t rows, rag_product_end end,
                      const float *residual, void *y) {
  _Alignas(64) int32_t sums[ROWS * PANEL];
  size_t inputs = product->inputs, outputs = product->outputs;
  size_t blocks = (rows + ROWS - 1) / ROWS;
  const int8_t *panel = product->panels;
  for (size_t column = 0; column < outputs; column += PANEL, panel += inputs * PANEL) {
    __m512 bias0 = _mm512_loadu_ps(product->bias + column);
    __m512 bias1 = _mm512_loadu_ps(product->bias + column + 16);
    __m512 scale0 = _mm512_loadu_ps(product->scales + column);
    __m512 scale1 = _mm512_loadu_ps(product->scales + column + 16);
    __m512i total0 = _mm512_loadu_si512(product->sums + column);
    __m512i total1 = _mm512_loadu_si512(product->sums + column + 16);
    for (size_t block = 0, row = 0; block < blocks; block++) {
      size_t count = (rows - row + blocks - block - 1) / (blocks - block);
      multiply_int8(count, x->values + row * inputs, inputs, panel, inputs / 4, sums);
      for (size_t i = 0; i < count; i++, row++) {
        __m512i zero = _mm512_set1_epi32(x->zeros[row]);
        __m512 scale = _mm512_set1_ps(x->scales[row]);
        __m512i low = _mm512_sub_epi32(_mm512_load_si512(sums + i * PANEL), _mm512_mullo_epi32(zero, total0));
        __m512i high =
            _mm512_sub_epi32(_mm512_load_si512(sums + i * PANEL + 16), _mm512_mullo_epi32(zero, total1));
        finish(end, _mm512_fmadd_ps(_mm512_cvtepi32_ps(low), _mm512_mul_ps(scale, scale0), bias0),
               _mm512_fmadd_ps(_mm512_cvtepi32_ps(high), _mm512_mul_ps(scale, scale1), bias1), residual, y,
               row * outputs + column);
      }
    }
  }
}

// MARK: Packing

/// out[column][row] = in[row][column] for 16 × 16 numbers of four bytes.
INLINE void transpose(const void *in, size_t in_stride, void *out, size_t out_stride) {
  __m512i rows[16], pairs[16];
  for (int i = 0; i < 16; i++) rows[i] = _mm512_loadu_si512((const char *)in + i * in_stride);
  // Within lanes of four columns: two rows beside each other, then four.
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  // rows[4 i + j] holds columns j, j + 4, j + 8, j + 12 of rows 4 i to 4 i + 3.
  for (int j = 0; j < 4; j++) {
    __m512i a = _mm512_shuffle_i32x4(rows[j], rows[j + 4], 0x88), b = _mm512_shuffle_i32x4(rows[j], rows[j + 4], 0xDD);
    __m512i c = _mm512_shuffle_i32x4(rows[j + 8], rows[j + 12], 0x88);
    __m512i d = _mm512_shuffle_i32x4(rows[j + 8], rows[j + 12], 0xDD);
    char *at = (char *)out + j * out_stride;
    _mm512_storeu_si512(at, _mm512_shuffle_i32x4(a, c, 0x88));
    _mm512_storeu_si512(at + 4 * out_stride, _mm512_shuffle_i32x4(b, d, 0x88));
    _mm512_storeu_si512(at + 8 * out_stride, _mm512_shuffle_i32x4(a, c, 0xDD));
    _mm512_storeu_si512(at + 12 * out_stride, _mm512_shuffle_i32x4(b, d, 0xDD));
  }
}

static void pack_bfloat16(const float *weights, float factor, size_t inputs, size_t outputs,
                          uint16_t *panels) {
  const __m512 times = _mm512_set1_ps(factor);
  for (size_t first = 0; first < outputs; first += 16) {
    uint16_t *out = panels + first / PANEL * PANEL * inputs + first % PANEL * 2;
    for (size_t from = 0; from < inputs; from += 32) {
      _Alignas(64) uint16_t rounded[16 * 32];
      for (size_t i = 0; i < 16; i++) {
        const float *row = weights + (first + i) * inputs + from;
        store_bf16(rounded + i * 32, _mm512_mul_ps(_mm512_loadu_ps(row), times),
                   _mm512_mul_ps(_mm512_loadu_ps(row + 16), times));
      }
      transpose(rounded, 64, out + from * PANEL, 4 * PANEL);
    }
  }
}

static void pack_int8(const float *weights, float factor, size_t inputs, size_t outputs, int8_t *panels,
                   float *scales, int32_t *sums) {
  for (size_t row = 0; row < outputs; row++) {
    const float *from = weights + row * inputs;
    __m512 most = _mm512_setzero_ps();
    for (size_t k = 0; k < inputs; k += 16) {
      most = _mm512_max_ps(most, _mm512_abs_ps(_mm512_loadu_ps(from + k)));
    }
    float top = _mm512_reduce_max_ps(most);
    __m512 inverse = _mm512_set1_ps(top > 0 ? 127 / top : 0);
    __m512i total = _mm512_setzero_si512();
    int8_t *out = panels + row / PANEL * PANEL * inputs + row % PANEL * 4;
    for (size_t k = 0; k < inputs; k += 16) {
      __m512i q = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(from + k), inverse));
      total = _mm512_add_epi32(total, q);
      int32_t fours[4];
      _mm_storeu_si128((__m128i *)fours, _mm512_cvtsepi32_epi8(q));
      for (size_t j = 0; j < 4; j++) memcpy(out + (k / 4 + j) * 4 * PANEL, fours + j, 4);
    }
    scales[row] = top / 127 * factor;
    sums[row] = _mm512_reduce_add_epi32(total);
  }
}

// MARK: Rows

INLINE __m512 widen(const uint16_t *x) {
  __m256i half = _mm256_loadu_si256((const __m256i *)x);
  return (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16);
}

/// Scale and zero of a row whose numbers lie between `least` and `most`; 0 is always among them.
INLINE __m512 range(__m512 least, __m512 most, size_t row, const rag_int8_rows *out) {
  float low = _mm512_reduce_min_ps(least), high = _mm512_reduce_max_ps(most);
  low = low < 0 ? low : 0;
  high = high > 0 ? high : 0;
  float width = high - low, inverse = width > 0 ? 255 / width : 0;
  out->scales[row] = width / 255;
  out->zeros[row] = _mm_cvtss_si32(_mm_set_ss(-low * inverse));
  return _mm512_set1_ps(inverse);
}

INLINE void store_uint8(uint8_t *out, __m512 x, __m512 inverse, __m512i zero) {
  __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(_mm512_mul_ps(x, inverse)), zero);
  _mm_storeu_si128((__m128i *)out, _mm512_cvtusepi32_epi8(_mm512_max_epi32(q, _mm512_setzero_si512())));
}

static void bfloat16_to_int8(const uint16_t *x, size_t rows, size_t columns, const rag_int8_rows *out) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    __m512 least = _mm512_setzero_ps(), most = least;
    for (size_t c = 0; c < columns; c += 16) {
      __m512 v = widen(x + c);
      least = _mm512_min_ps(least, v);
      most = _mm512_max_ps(most, v);
    }
    __m512 inverse = range(least, most, row, out);
    __m512i zero = _mm512_set1_epi32(out->zeros[row]);
    for (size_t c = 0; c < columns; c += 16) {
      store_uint8(out->values + row * columns + c, widen(x + c), inverse, zero);
    }
  }
}

/// Mean and inverse deviation of a row.
INLINE void moments(const float *x, size_t columns, float epsilon, __m512 *mean, __m512 *scale) {
  __m512 sum0 = _mm512_setzero_ps(), sum1 = sum0, square0 = sum0, square1 = sum0;
  for (size_t c = 0; c < columns; c += 32) {
    sum0 = _mm512_add_ps(sum0, _mm512_loadu_ps(x + c));
    sum1 = _mm512_add_ps(sum1, _mm512_loadu_ps(x + c + 16));
  }
  __m512 m = _mm512_set1_ps(_mm512_reduce_add_ps(_mm512_add_ps(sum0, sum1)) / (float)columns);
  for (size_t c = 0; c < columns; c += 32) {
    __m512 d0 = _mm512_sub_ps(_mm512_loadu_ps(x + c), m), d1 = _mm512_sub_ps(_mm512_loadu_ps(x + c + 16), m);
    square0 = _mm512_fmadd_ps(d0, d0, square0);
    square1 = _mm512_fmadd_ps(d1, d1, square1);
  }
  float variance = _mm512_reduce_add_ps(_mm512_add_ps(square0, square1)) / (float)columns;
  *mean = m;
  *scale = _mm512_set1_ps(1 / __builtin_sqrtf(variance + epsilon));
}

INLINE __m512 normalized(const float *x, __m512 mean, __m512 scale, const float *gamma, const float *beta) {
  __m512 d = _mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(x), mean), scale);
  return _mm512_fmadd_ps(d, _mm512_loadu_ps(gamma), _mm512_loadu_ps(beta));
}

static void norm_to_bfloat16(float *x, const float *gamma, const float *beta, size_t rows, size_t columns,
                          float epsilon, uint16_t *rounded) {
  for (size_t row = 0; row < rows; row++, x += columns, rounded += columns) {
    __m512 mean, scale;
    moments(x, columns, epsilon, &mean, &scale);
    for (size_t c = 0; c < columns; c += 32) {
      __m512 low = normalized(x + c, mean, scale, gamma + c, beta + c);
      __m512 high = normalized(x + c + 16, mean, scale, gamma + c + 16, beta + c + 16);
      _mm512_storeu_ps(x + c, low);
      _mm512_storeu_ps(x + c + 16, high);
      store_bf16(rounded + c, low, high);
    }
  }
}

static void norm_to_int8(float *x, const float *gamma, const float *beta, size_t rows, size_t columns,
                      float epsilon, const rag_int8_rows *rounded) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    __m512 mean, scale, least = _mm512_setzero_ps(), most = least;
    moments(x, columns, epsilon, &mean, &scale);
    for (size_t c = 0; c < columns; c += 16) {
      __m512 v = normalized(x + c, mean, scale, gamma + c, beta + c);
      _mm512_storeu_ps(x + c, v);
      least = _mm512_min_ps(least, v);
      most = _mm512_max_ps(most, v);
    }
    __m512 inverse = range(least, most, row, rounded);
    __m512i zero = _mm512_set1_epi32(rounded->zeros[row]);
    for (size_t c = 0; c < columns; c += 16) {
      store_uint8(rounded->values + row * columns + c, _mm512_loadu_ps(x + c), inverse, zero);
    }
  }
}

// MARK: Attention

INLINE size_t padded(size_t tokens) { return (tokens + PANEL - 1) / PANEL * PANEL; }

/// 2^x for lanes of `mask`, 0 for others; relative error 3e-6.
INLINE __m512 exp2_masked(__mmask16 mask, __m512 x) {
  __m512 f = _mm512_reduce_ps(x, 9);  // x - floor(x)
  __m512 p = _mm512_set1_ps(1.353416804e-2f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.201146506e-2f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.414427504e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.930038370e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.000002593f));
  return _mm512_maskz_scalef_ps(mask, p, x);
}

/// Keys of one head as panels [32 keys][size / 2][32][2], values as panels [32 columns][keys / 2][32][2].
/// Numbers past the last token are zero.
INLINE void pack_head(const uint16_t *k, const uint16_t *v, size_t stride, size_t tokens, size_t size,
                      uint16_t *keys, uint16_t *values) {
  size_t count = padded(tokens);
  _Alignas(64) uint16_t last[16 * 32];
  for (size_t key = 0; key < count; key += 16) {
    uint16_t *out = keys + key / PANEL * PANEL * size + key % PANEL * 2;
    for (size_t c = 0; c < size; c += 32, out += 32 * PANEL) {
      const uint16_t *from = k + key * stride + c;
      if (key + 16 <= tokens) {
        transpose(from, stride * 2, out, 4 * PANEL);
        continue;
      }
      memset(last, 0, sizeof last);
      for (size_t i = 0; key + i < tokens; i++) memcpy(last + i * 32, from + i * stride, 64);
      transpose(last, 64, out, 4 * PANEL);
    }
  }
  const __m512i firsts = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38,
                                          6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  const __m512i seconds = _mm512_add_epi16(firsts, _mm512_set1_epi16(16));
  for (size_t key = 0; key < count; key += 2) {
    for (size_t c = 0; c < size; c += PANEL) {
      const uint16_t *from = v + key * stride + c;
      __m512i a = key < tokens ? _mm512_loadu_si512(from) : _mm512_setzero_si512();
      __m512i b = key + 1 < tokens ? _mm512_loadu_si512(from + stride) : _mm512_setzero_si512();
      uint16_t *out = values + c * count + key * PANEL;
      _mm512_store_si512(out, _mm512_permutex2var_epi16(a, firsts, b));
      _mm512_store_si512(out + PANEL, _mm512_permutex2var_epi16(a, seconds, b));
    }
  }
}

/// weights[i][j] = 2^(q[i] · keys[j] − shifts[i]) for the 32 keys of a panel and the columns of `mask`; added to sums[i].
INLINE void tile_weights(int count, const uint16_t *q, size_t stride, const uint16_t *keys, size_t pairs,
                         const float *shifts, __mmask32 mask, __m512 *sums, uint16_t *weights, size_t columns) {
  __m512 low[ROWS], high[ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) low[i] = high[i] = _mm512_set1_ps(-shifts[i]);
#pragma clang loop unroll(disable)
  for (size_t k = 0; k < pairs; k++, keys += 2 * PANEL) {
    __m512bh first = (__m512bh)_mm512_load_si512(keys), second = (__m512bh)_mm512_load_si512(keys + PANEL);
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      int32_t pair;
      memcpy(&pair, q + i * stride + 2 * k, 4);
      __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
      low[i] = _mm512_dpbf16_ps(low[i], both, first);
      high[i] = _mm512_dpbf16_ps(high[i], both, second);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) {
    low[i] = exp2_masked((__mmask16)mask, low[i]);
    high[i] = exp2_masked((__mmask16)(mask >> 16), high[i]);
    sums[i] = _mm512_add_ps(sums[i], _mm512_add_ps(low[i], high[i]));
    store_bf16(weights + i * columns, low[i], high[i]);
  }
}

#define CASE_WEIGHTS(N) \
  case N: return tile_weights(N, q, stride, keys, pairs, shifts, mask, sums, weights, columns);

static void weigh_panel(size_t count, const uint16_t *q, size_t stride, const uint16_t *keys, size_t pairs,
                        const float *shifts, __mmask32 mask, __m512 *sums, uint16_t *weights, size_t columns) {
  switch (count) { EACH_COUNT(CASE_WEIGHTS) }
}

/// Weights of `rows` queries for all keys, not yet divided by `sums`.
INLINE void weigh(size_t rows, const uint16_t *q, size_t stride, const uint16_t *keys, size_t tokens, size_t size,
                  const float *shifts, float *sums, uint16_t *weights, size_t columns) {
  __m512 parts[ROWS];
  for (size_t i = 0; i < rows; i++) parts[i] = _mm512_setzero_ps();
  for (size_t key = 0; key < tokens; key += PANEL) {
    __mmask32 mask = tokens - key < PANEL ? (1u << (tokens - key)) - 1 : ~0u;
    weigh_panel(rows, q, stride, keys + key * size, size / 2, shifts, mask, parts, weights + key, columns);
  }
  for (size_t i = 0; i < rows; i++) sums[i] = _mm512_reduce_add_ps(parts[i]);
}

/// The largest of a query's scores.
static float largest_score(const uint16_t *q, const uint16_t *k, size_t stride, size_t tokens, size_t size) {
  float top = -__builtin_inff();
  for (size_t key = 0; key < tokens; key++, k += stride) {
    __m512 sum = _mm512_setzero_ps();
    for (size_t c = 0; c < size; c += 16) sum = _mm512_fmadd_ps(widen(q + c), widen(k + c), sum);
    float score = _mm512_reduce_add_ps(sum);
    if (score > top) top = score;
  }
  return top;
}

static void attention(const uint16_t *qkv, uint16_t *context, void *scratch, size_t tokens, size_t heads,
                      size_t head_size) {
  size_t width = heads * head_size, stride = 3 * width, count = padded(tokens);
  uint16_t *keys = scratch, *values = keys + count * head_size, *weights = values + count * head_size;
  _Alignas(64) float mixed[ROWS * PANEL];
  size_t blocks = (tokens + ROWS - 1) / ROWS;
  for (size_t head = 0; head < heads; head++) {
    const uint16_t *q = qkv + head * head_size;
    pack_head(q + width, q + 2 * width, stride, tokens, head_size, keys, values);
    for (size_t block = 0, row = 0; block < blocks; block++) {
      size_t rows = (tokens - row + blocks - block - 1) / (blocks - block);
      float shifts[ROWS] = {0}, sums[ROWS];
      weigh(rows, q + row * stride, stride, keys, tokens, head_size, shifts, sums, weights, count);
      // Scores of a sound model are far from where 2^score ends; the others are taken from the largest of their row.
      int is_again = 0;
      for (size_t i = 0; i < rows; i++) {
        if (sums[i] > 0x1p-60f && sums[i] < 0x1p60f) continue;
        shifts[i] = largest_score(q + (row + i) * stride, q + width, stride, tokens, head_size);
        is_again = 1;
      }
      if (is_again) {
        weigh(rows, q + row * stride, stride, keys, tokens, head_size, shifts, sums, weights, count);
      }
      for (size_t c = 0; c < head_size; c += PANEL) {
        multiply_bf16(rows, weights, count, values + c * count, (tokens + 1) / 2, mixed, PANEL);
        for (size_t i = 0; i < rows; i++) {
          __m512 factor = _mm512_set1_ps(1 / sums[i]);
          store_bf16(context + (row + i) * width + head * head_size + c,
                     _mm512_mul_ps(_mm512_load_ps(mixed + i * PANEL), factor),
                     _mm512_mul_ps(_mm512_load_ps(mixed + i * PANEL + 16), factor));
        }
      }
      row += rows;
    }
  }
}

static const rag_encoder_kernels kernels = {
    pack_bfloat16, pack_int8,        product_bfloat16, product_int8,
    attention,     norm_to_bfloat16, norm_to_int8,     bfloat16_to_int8,
};

#pragma clang attribute pop

const rag_encoder_kernels *rag_encoder_kernels_current(void) {
  int is_there = rag_simd_level_current() == RAG_SIMD_AVX512VNNI && __builtin_cpu_supports("avx512bf16");
  return is_there ? &kernels : NULL;
}

int rag_encoder_bfloat16_is_fast(void) {
  __builtin_cpu_init();
  return rag_encoder_kernels_current() != NULL && __builtin_cpu_is("amd");
}
#else

const rag_encoder_kernels *rag_encoder_kernels_current(void) { return NULL; }

int rag_encoder_bfloat16_is_fast(void) { return 0; }
#endif

size_t rag_encoder_attention_scratch(size_t tokens, size_t head_size) {
  // Keys and values packed as panels, and a block's weights.
  size_t padded = (tokens + 31) / 32 * 32;
  return padded * (4 * head_size + 2 * 14);
}
