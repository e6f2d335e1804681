#pragma once
#include "postings.h"

extern const rag_postings_kernels rag_postings_scalar;
#if defined(__x86_64__)
extern const rag_postings_kernels rag_postings_avx2;
extern const rag_postings_kernels rag_postings_avx512;
#endif

/// The reference of `unpack`, which the other levels use for numbers of more than 25 bits.
void rag_postings_unpack_scalar(const uint8_t *bytes, size_t readable, size_t count, uint32_t bits, uint32_t *out);

/// Bytes of a block's distances.
static inline size_t rag_posting_distance_bytes(const rag_posting_block *block) {
  return (block->count * block->distance_bits + 7) / 8;
}

/// Most bits of a number whose bytes fit into 32 bits wherever it begins.
enum { RAG_POSTINGS_WIDEST = 25 };

/// For numbers of some bits, where each of eight begins: its bytes in the half that holds it, and its bit in them.
extern uint8_t rag_postings_places[RAG_POSTINGS_WIDEST + 1][32];
extern uint32_t rag_postings_shifts[RAG_POSTINGS_WIDEST + 1][8];
