#pragma once
// Distances and scores of vectors (VectorIndex).
