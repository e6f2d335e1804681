#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define VECTOR_BYTES 64
#define TABLE rag_transformer_avx512
#include "transformer_vector.h"
#pragma clang attribute pop
#endif
