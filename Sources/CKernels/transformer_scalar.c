// The reference bodies: plain loops, sums in double.
#include "transformer_levels.h"

#include <math.h>
#include <string.h>

static void layer_norm(float *x, const float *residual, const float *gamma, const float *beta, size_t rows,
                       size_t columns, float epsilon) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    double sum = 0, squares = 0;
    for (size_t c = 0; c < columns; c++) {
      if (residual != NULL) x[c] += residual[row * columns + c];
      sum += x[c];
    }
    double mean = sum / (double)columns;
    for (size_t c = 0; c < columns; c++) squares += (x[c] - mean) * (x[c] - mean);
    double scale = 1 / sqrt(squares / (double)columns + epsilon);
    for (size_t c = 0; c < columns; c++) x[c] = (float)((x[c] - mean) * scale) * gamma[c] + beta[c];
  }
}

static void add_bias(float *x, const float *bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    for (size_t c = 0; c < columns; c++) x[c] += bias[c];
  }
}

static void add_bias_gelu(float *x, const float *bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    for (size_t c = 0; c < columns; c++) {
      double v = x[c] + bias[c];
      x[c] = (float)(0.5 * v * erfc(-v * 0.70710678118654752440));
    }
  }
}

static void softmax(float *x, size_t rows, size_t columns, float scale) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    float top = -INFINITY;
    for (size_t c = 0; c < columns; c++) top = x[c] > top ? x[c] : top;
    double sum = 0;
    for (size_t c = 0; c < columns; c++) sum += x[c] = expf((x[c] - top) * scale);
    for (size_t c = 0; c < columns; c++) x[c] = (float)(x[c] / sum);
  }
}

static void attention(const float *qkv, float *context, float *scratch, size_t tokens, size_t heads,
                      size_t head_size) {
  size_t width = heads * head_size, stride = 3 * width;
  float scale = 1 / sqrtf((float)head_size);
  for (size_t head = 0; head < heads; head++) {
    const float *q = qkv + head * head_size, *k = q + width, *v = k + width;
    for (size_t i = 0; i < tokens; i++) {
      for (size_t j = 0; j < tokens; j++) {
        double sum = 0;
        for (size_t c = 0; c < head_size; c++) sum += (double)q[i * stride + c] * k[j * stride + c];
        scratch[j] = (float)sum;
      }
      softmax(scratch, 1, tokens, scale);
      for (size_t c = 0; c < head_size; c++) {
        double sum = 0;
        for (size_t j = 0; j < tokens; j++) sum += (double)scratch[j] * v[j * stride + c];
        context[i * width + head * head_size + c] = (float)sum;
      }
    }
  }
}

static void mean_rows(const float *x, float *out, size_t rows, size_t columns) {
  for (size_t c = 0; c < columns; c++) {
    double sum = 0;
    for (size_t row = 0; row < rows; row++) sum += x[row * columns + c];
    out[c] = (float)(sum / (double)rows);
  }
}

const rag_transformer_kernels rag_transformer_scalar = {
    layer_norm, add_bias, add_bias_gelu, softmax, attention, mean_rows,
};
