#pragma once
// Element-wise and row kernels of the transformer encoder (Embeddings).
