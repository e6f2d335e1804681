#ifndef RAG_COMPRESSION_SHIM_H
#define RAG_COMPRESSION_SHIM_H

#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

// The macro is not seen from Swift.
static inline int rag_inflate_begin(z_stream *stream) { return inflateInit2(stream, 32 + MAX_WBITS); }

#endif
