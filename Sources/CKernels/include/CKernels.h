#pragma once
// C kernels of rag: one file an instruction set, one function table a family, chosen once at start.
#include "crc32c.h"
#include "distance.h"
#include "encoder.h"
#include "exchange.h"
#include "postings.h"
#include "simd_level.h"
#include "transformer.h"
