// The vector bodies, compiled once for each width: the including file sets VECTOR_BYTES, TABLE and the target.
#include "transformer_levels.h"

#include <math.h>
#include <string.h>

enum { W = VECTOR_BYTES / 4, QUERIES = 6 };

typedef float vf __attribute__((vector_size(VECTOR_BYTES)));
typedef int32_t vi __attribute__((vector_size(VECTOR_BYTES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vf load(const float *p) {
  vf v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, vf v) { memcpy(p, &v, sizeof v); }

INLINE vf splat(float x) { return (vf){0} + x; }

INLINE float sum(vf v) {
  float part[W];
  memcpy(part, &v, sizeof v);
  for (int half = W / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) part[i] += part[i + half];
  }
  return part[0];
}

INLINE float largest(vf v) {
  float part[W];
  memcpy(part, &v, sizeof v);
  for (int half = W / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) part[i] = part[i] > part[i + half] ? part[i] : part[i + half];
  }
  return part[0];
}

/// 2^x for x in [-126, 0.5]: a degree 6 minimax polynomial on [-0.5, 0.5], relative error 2e-9 before rounding.
INLINE vf exp2_below(vf x) {
  const float magic = 0x1.8p23f;  // Adding it leaves the nearest integer in the low bits.
  vf shifted = x + magic;
  vf f = x - (shifted - magic);
  vf p = splat(1.53457469e-4f) * f + 1.33999321e-3f;
  p = p * f + 9.61848907e-3f;
  p = p * f + 5.55032864e-2f;
  p = p * f + 2.40226462e-1f;
  p = p * f + 6.93147182e-1f;
  p = p * f + 1.0f;
  return (vf)((vi)p + ((vi)shifted << 23));
}

/// x - |x| erfc(|x| / √2) / 2 for x > 0, and the same without the first x below.
/// The half erfc is 2^-(1 + a P(a)), with P a weighted minimax fit of degree 8 on [0, 9]; past 9 it is < 1e-18.
INLINE vf gelu(vf x) {
  vf magnitude = __builtin_elementwise_max(x, -x);
  vf a = __builtin_elementwise_min(magnitude, splat(9.0f));
  vf p = splat(-3.92923908e-7f) * a + 7.80222763e-6f;
  p = p * a - 6.44168467e-5f;
  p = p * a + 2.50686746e-4f;
  p = p * a + 4.67362443e-5f;
  p = p * a - 6.99695759e-3f;
  p = p * a + 5.24739996e-2f;
  p = p * a + 4.59209770e-1f;
  p = p * a + 1.15110552f;
  vf tail = exp2_below(-(p * a + 1.0f));
  return __builtin_elementwise_max(x, splat(0)) - magnitude * tail;
}

static void layer_norm(float *x, const float *residual, const float *gamma, const float *beta, size_t rows,
                       size_t columns, float epsilon) {
  size_t body = columns / W * W;
  for (size_t row = 0; row < rows; row++, x += columns) {
    vf sums = splat(0);
    float total = 0;
    if (residual != NULL) {
      const float *other = residual + row * columns;
      for (size_t c = 0; c < body; c += W) {
        vf v = load(x + c) + load(other + c);
        store(x + c, v);
        sums += v;
      }
      for (size_t c = body; c < columns; c++) total += x[c] += other[c];
    } else {
      for (size_t c = 0; c < body; c += W) sums += load(x + c);
      for (size_t c = body; c < columns; c++) total += x[c];
    }
    float mean = (total + sum(sums)) / (float)columns;
    vf squares = splat(0);
    total = 0;
    for (size_t c = 0; c < body; c += W) {
      vf d = load(x + c) - mean;
      squares += d * d;
    }
    for (size_t c = body; c < columns; c++) total += (x[c] - mean) * (x[c] - mean);
    float scale = 1 / sqrtf((total + sum(squares)) / (float)columns + epsilon);
    for (size_t c = 0; c < body; c += W) {
      store(x + c, (load(x + c) - mean) * scale * load(gamma + c) + load(beta + c));
    }
    for (size_t c = body; c < columns; c++) x[c] = (x[c] - mean) * scale * gamma[c] + beta[c];
  }
}

static void add_bias(float *x, const float *bias, size_t rows, size_t columns) {
  size_t body = columns / W * W;
  for (size_t row = 0; row < rows; row++, x += columns) {
    for (size_t c = 0; c < body; c += W) store(x + c, load(x + c) + load(bias + c));
    for (size_t c = body; c < columns; c++) x[c] += bias[c];
  }
}

static void add_bias_gelu(float *x, const float *bias, size_t rows, size_t columns) {
  size_t body = columns / W * W, rest = columns - body;
  for (size_t row = 0; row < rows; row++, x += columns) {
    for (size_t c = 0; c < body; c += W) store(x + c, gelu(load(x + c) + load(bias + c)));
    if (rest > 0) {
      float tail[W] = {0};
      for (size_t c = 0; c < rest; c++) tail[c] = x[body + c] + bias[body + c];
      store(tail, gelu(load(tail)));
      memcpy(x + body, tail, rest * sizeof(float));
    }
  }
}

/// Turns `count` scores into exp(scale * (score - top)), zeroes the padding up to a vector, returns their sum.
/// `x` must have room for whole vectors.
INLINE float exponentials(float *x, size_t count, float scale) {
  size_t padded = (count + W - 1) / W * W;
  for (size_t c = count; c < padded; c++) x[c] = x[0];
  vf top = load(x);
  for (size_t c = W; c < padded; c += W) top = __builtin_elementwise_max(top, load(x + c));
  float shift = largest(top), factor = scale * 1.44269504f;
  for (size_t c = 0; c < padded; c += W) {
    vf t = (load(x + c) - shift) * factor;
    store(x + c, exp2_below(__builtin_elementwise_max(t, splat(-126))));
  }
  for (size_t c = count; c < padded; c++) x[c] = 0;
  vf sums = splat(0);
  for (size_t c = 0; c < padded; c += W) sums += load(x + c);
  return sum(sums);
}

static void softmax(float *x, size_t rows, size_t columns, float scale) {
  if (columns == 0) return;
  size_t body = columns / W * W, rest = columns - body;
  for (size_t row = 0; row < rows; row++, x += columns) {
    vf tops = splat(-INFINITY);
    float top = -INFINITY;
    for (size_t c = 0; c < body; c += W) tops = __builtin_elementwise_max(tops, load(x + c));
    for (size_t c = body; c < columns; c++) top = x[c] > top ? x[c] : top;
    if (body > 0) top = largest(tops) > top ? largest(tops) : top;
    float factor = scale * 1.44269504f, total = 0;
    vf sums = splat(0);
    for (size_t c = 0; c < body; c += W) {
      vf e = exp2_below(__builtin_elementwise_max((load(x + c) - top) * factor, splat(-126)));
      store(x + c, e);
      sums += e;
    }
    if (rest > 0) {
      float tail[W] = {0};
      for (size_t c = 0; c < rest; c++) tail[c] = (x[body + c] - top) * factor;
      store(tail, exp2_below(__builtin_elementwise_max(load(tail), splat(-126))));
      for (size_t c = 0; c < rest; c++) total += x[body + c] = tail[c];
    }
    float inverse = 1 / (total + sum(sums));
    for (size_t c = 0; c < columns; c++) x[c] *= inverse;
  }
}

/// scores[row][key] for `count` query rows; keys are transposed: shape [head_size, padded].
INLINE void score_block(int count, const float *q, size_t stride, const float *keys, size_t head_size,
                        size_t padded, float *scores) {
  size_t key = 0;
  for (; key + 2 * W <= padded; key += 2 * W) {
    vf low[QUERIES], high[QUERIES];
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) low[i] = high[i] = splat(0);
    for (size_t c = 0; c < head_size; c++) {
      vf k0 = load(keys + c * padded + key), k1 = load(keys + c * padded + key + W);
#pragma clang loop unroll(full)
      for (int i = 0; i < count; i++) {
        low[i] += k0 * q[i * stride + c];
        high[i] += k1 * q[i * stride + c];
      }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      store(scores + i * padded + key, low[i]);
      store(scores + i * padded + key + W, high[i]);
    }
  }
  for (; key < padded; key += W) {
    vf low[QUERIES];
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) low[i] = splat(0);
    for (size_t c = 0; c < head_size; c++) {
      vf k0 = load(keys + c * padded + key);
#pragma clang loop unroll(full)
      for (int i = 0; i < count; i++) low[i] += k0 * q[i * stride + c];
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) store(scores + i * padded + key, low[i]);
  }
}

/// out[row] = Σ weights[row][token] values[token]; values: shape [tokens, size], out: shape [count, size].
INLINE void mix_block(int count, const float *weights, size_t padded, const float *values, size_t tokens,
                      size_t size, float *out) {
  size_t column = 0;
  for (; column + 2 * W <= size; column += 2 * W) {
    vf low[QUERIES], high[QUERIES];
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) low[i] = high[i] = splat(0);
    for (size_t t = 0; t < tokens; t++) {
      vf v0 = load(values + t * size + column), v1 = load(values + t * size + column + W);
#pragma clang loop unroll(full)
      for (int i = 0; i < count; i++) {
        low[i] += v0 * weights[i * padded + t];
        high[i] += v1 * weights[i * padded + t];
      }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      store(out + i * size + column, low[i]);
      store(out + i * size + column + W, high[i]);
    }
  }
  for (; column < size; column += W) {
    vf low[QUERIES];
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) low[i] = splat(0);
    for (size_t t = 0; t < tokens; t++) {
      vf v0 = load(values + t * size + column);
#pragma clang loop unroll(full)
      for (int i = 0; i < count; i++) low[i] += v0 * weights[i * padded + t];
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) store(out + i * size + column, low[i]);
  }
}

static void attention(const float *qkv, float *context, float *scratch, size_t tokens, size_t heads,
                      size_t head_size) {
  size_t width = heads * head_size, stride = 3 * width;
  size_t padded = (tokens + W - 1) / W * W, size = (head_size + W - 1) / W * W;
  float scale = 1 / sqrtf((float)head_size);
  float *keys = scratch, *values = keys + head_size * padded, *scores = values + tokens * size;
  float *mixed = scores + QUERIES * padded, *queries = mixed + QUERIES * size;
  for (size_t head = 0; head < heads; head++) {
    const float *q = qkv + head * head_size, *k = q + width, *v = k + width;
    for (size_t c = 0; c < head_size; c++) {
      for (size_t t = tokens; t < padded; t++) keys[c * padded + t] = 0;
    }
    for (size_t t = 0; t < tokens; t++) {
      for (size_t c = 0; c < head_size; c++) keys[c * padded + t] = k[t * stride + c];
      memcpy(values + t * size, v + t * stride, head_size * sizeof(float));
      for (size_t c = head_size; c < size; c++) values[t * size + c] = 0;
    }
    for (size_t first = 0; first < tokens; first += QUERIES) {
      size_t count = tokens - first < QUERIES ? tokens - first : QUERIES;
      // The last block repeats its first row, so that the inner loops have one shape.
      for (size_t i = 0; i < QUERIES; i++) {
        const float *row = q + (first + (i < count ? i : 0)) * stride;
        memcpy(queries + i * head_size, row, head_size * sizeof(float));
      }
      score_block(QUERIES, queries, head_size, keys, head_size, padded, scores);
      float inverse[QUERIES];
      for (size_t i = 0; i < QUERIES; i++) {
        inverse[i] = 1 / exponentials(scores + i * padded, tokens, scale);
      }
      mix_block(QUERIES, scores, padded, values, tokens, size, mixed);
      for (size_t i = 0; i < count; i++) {
        float *out = context + (first + i) * width + head * head_size;
        for (size_t c = 0; c < head_size; c++) out[c] = mixed[i * size + c] * inverse[i];
      }
    }
  }
}

static void mean_rows(const float *x, float *out, size_t rows, size_t columns) {
  size_t body = columns / W * W;
  float inverse = 1 / (float)rows;
  for (size_t c = 0; c < body; c += W) {
    vf sums = splat(0);
    for (size_t row = 0; row < rows; row++) sums += load(x + row * columns + c);
    store(out + c, sums * inverse);
  }
  for (size_t c = body; c < columns; c++) {
    float total = 0;
    for (size_t row = 0; row < rows; row++) total += x[row * columns + c];
    out[c] = total * inverse;
  }
}

const rag_transformer_kernels TABLE = {
    layer_norm, add_bias, add_bias_gelu, softmax, attention, mean_rows,
};
