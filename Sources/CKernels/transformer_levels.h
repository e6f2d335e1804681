#pragma once
#include "transformer.h"

extern const rag_transformer_kernels rag_transformer_scalar;
#if defined(__x86_64__)
extern const rag_transformer_kernels rag_transformer_avx2;
extern const rag_transformer_kernels rag_transformer_avx512;
#elif defined(__aarch64__)
extern const rag_transformer_kernels rag_transformer_neon;
#endif
