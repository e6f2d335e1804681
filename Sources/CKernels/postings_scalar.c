#include "postings_levels.h"

void rag_postings_unpack_scalar(const uint8_t *bytes, size_t readable, size_t count, uint32_t bits, uint32_t *out) {
  (void)readable;
  uint64_t mask = ((uint64_t)1 << bits) - 1, buffer = 0;
  uint32_t filled = 0;
  for (size_t i = 0; i < count; i++) {
    while (filled < bits) {
      buffer |= (uint64_t)*bytes++ << filled;
      filled += 8;
    }
    out[i] = (uint32_t)(buffer & mask);
    buffer >>= bits;
    filled -= bits;
  }
}

static void add_gaps(uint32_t *values, size_t count, uint32_t before) {
  for (size_t i = 0; i < count; i++) {
    before += values[i] + 1;
    values[i] = before;
  }
}

static void score(const rag_bm25_term *term, const uint32_t *ordinals, const uint32_t *less_one, size_t count,
                  int32_t *steps) {
  for (size_t i = 0; i < count; i++) {
    uint32_t ordinal = ordinals[i] < term->count ? ordinals[i] : term->count - 1;
    steps[i] = rag_bm25_steps(term, less_one[i] + 1, term->lengths[ordinal]);
  }
}

static void decode(const rag_posting_block *block, const rag_bm25_term *term, uint32_t *ordinals, int32_t *steps) {
  uint32_t less_one[RAG_POSTINGS_BLOCK];
  size_t split = rag_posting_distance_bytes(block);
  rag_postings_unpack_scalar(block->bytes, block->readable, block->count, block->distance_bits, ordinals);
  add_gaps(ordinals, block->count, block->before);
  rag_postings_unpack_scalar(block->bytes + split, block->readable - split, block->count, block->count_bits, less_one);
  score(term, ordinals, less_one, block->count, steps);
}

static size_t collect(int32_t *sums, size_t count, int32_t least, uint32_t first, uint32_t *places, int32_t *values) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    places[found] = first + (uint32_t)i;
    values[found] = sums[i];
    found += sums[i] >= least;
    sums[i] = 0;
  }
  return found;
}

const rag_postings_kernels rag_postings_scalar = {rag_postings_unpack_scalar, add_gaps, score, decode, collect};
