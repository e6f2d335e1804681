#pragma once

/// Swaps two paths in one step (Linux renameat2 with RENAME_EXCHANGE, which Swift's Glibc does not export).
/// Returns 0, or -1 with errno set.
int rag_exchange(const char *a, const char *b);
