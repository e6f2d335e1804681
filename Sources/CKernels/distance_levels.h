#pragma once
#include "distance.h"

extern const rag_distance_table rag_distance_scalar;
#if defined(__x86_64__)
extern const rag_distance_table rag_distance_avx2;
extern const rag_distance_table rag_distance_avx512;
extern const rag_distance_table rag_distance_avx512vnni;
#elif defined(__aarch64__)
extern const rag_distance_table rag_distance_neon;
#endif
