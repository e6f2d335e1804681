#if defined(__aarch64__)
#define VECTOR_BYTES 16
#define TABLE rag_transformer_neon
#include "transformer_vector.h"
#endif
