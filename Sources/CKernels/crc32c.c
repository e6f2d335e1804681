#include "crc32c.h"

#include <pthread.h>
#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#endif

static uint32_t table[256];

static void fill_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
    table[i] = crc;
  }
}

uint32_t rag_crc32c_scalar(uint32_t crc, const void *bytes, size_t count) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, fill_table);
  const uint8_t *p = bytes;
  crc = ~crc;
  for (size_t i = 0; i < count; i++) crc = (crc >> 8) ^ table[(crc ^ p[i]) & 0xFF];
  return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(uint32_t start, const uint8_t *p,
                                                                  size_t count) {
  uint64_t crc = ~start;
  for (; count >= 8; p += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  for (; count > 0; p++, count--) crc = _mm_crc32_u8((uint32_t)crc, *p);
  return ~(uint32_t)crc;
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
static uint32_t crc32c_hardware(uint32_t start, const uint8_t *p, size_t count) {
  uint32_t crc = ~start;
  for (; count >= 8; p += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = __crc32cd(crc, word);
  }
  for (; count > 0; p++, count--) crc = __crc32cb(crc, *p);
  return ~crc;
}
#endif

uint32_t rag_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_hardware(crc, bytes, count);
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
  return crc32c_hardware(crc, bytes, count);
#endif
  return rag_crc32c_scalar(crc, bytes, count);
}
