import Catalog
import Embeddings
import Storage

/// Why a collection could not be read or changed, with what to do about it.
package struct IndexStoreError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// No such collection.
    case collectionMissing
    /// The caller's value cannot be used: a name, a path, a filter.
    case invalidArgument
    /// The collection was made with another model, chunker or analyzer.
    case configurationMismatch
    /// An index file is missing or damaged.
    case corrupted
    /// The disk is full.
    case noSpace
    /// Another process writes.
    case locked
    /// Anything else.
    case failed
  }

  package var code: Code
  package var message: String
  package var underlying: (any Error)?

  package init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  package var description: String { message }

  /// Keeps the meaning of an error from below.
  package init(_ error: any Error) {
    switch error {
    case let error as IndexStoreError:
      self = error
    case let error as StorageError:
      let code: Code =
        switch error.code {
        case .missing, .truncated, .corrupted, .wrongVersion: .corrupted
        case .noSpace: .noSpace
        case .locked: .locked
        case .io: .failed
        }
      self.init(code, error.description, underlying: error)
    case let error as CatalogError:
      let code: Code =
        switch error.code {
        case .corrupted, .wrongVersion: .corrupted
        case .noSpace: .noSpace
        case .notFound: .collectionMissing
        case .busy: .locked
        case .alreadyExists: .invalidArgument
        case .failed: .failed
        }
      self.init(code, error.description, underlying: error)
    case let error as EmbeddingError:
      self.init(
        error.code == .modelMismatch ? .configurationMismatch : .failed, error.message, underlying: error)
    default:
      self.init(.failed, "\(error)", underlying: error)
    }
  }
}
