#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VECTOR_BYTES 32
#define TABLE rag_transformer_avx2
#include "transformer_vector.h"
#pragma clang attribute pop
#endif
