#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, going on from `crc` (0 to begin).
/// Uses SSE4.2 or the ARMv8 CRC instructions where the processor has them.
uint32_t rag_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The table-driven reference of `rag_crc32c`.
uint32_t rag_crc32c_scalar(uint32_t crc, const void *bytes, size_t count);
