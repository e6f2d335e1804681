#pragma once
#include <cblas.h>

/// y = x wᵀ for row-major float32: x [rows, inputs], w [outputs, inputs], y [rows, outputs].
static inline void rag_blas_multiply_transposed(const float *x, const float *w, float *y, int rows, int inputs,
                                                int outputs) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, outputs, inputs, 1, x, inputs, w, inputs, 0, y,
              outputs);
}
