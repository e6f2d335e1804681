import Embeddings
import IndexStore

/// Why a question could not be searched, with what to do about it.
package struct RetrievalError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The caller's value cannot be used.
    case invalidArgument
    /// The query could not be embedded and nothing else was asked for.
    case embeddingUnavailable
    /// A reranker refused or could not be understood.
    case rerankFailed
    /// The collection cannot be read.
    case storeFailed
  }

  package var code: Code
  package var message: String
  package var underlying: (any Error)?

  package init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  package init(_ error: IndexStoreError) {
    self.init(
      error.code == .invalidArgument ? .invalidArgument : .storeFailed, error.message, underlying: error)
  }

  package var description: String { message }
}
