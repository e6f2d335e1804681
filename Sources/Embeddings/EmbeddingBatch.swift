import Kernels

/// Embeddings of a list of texts.
package struct EmbeddingBatch: Hashable, Sendable {
  /// Shape `[texts, dimension]`; each row of unit length.
  package var matrix: Matrix
  /// Tokens that went through the model for each text, special tokens included.
  package var tokenCounts: [Int]

  package init(matrix: Matrix, tokenCounts: [Int]) {
    precondition(matrix.rows == tokenCounts.count, "\(matrix.rows) rows, \(tokenCounts.count) counts")
    self.matrix = matrix
    self.tokenCounts = tokenCounts
  }
}
