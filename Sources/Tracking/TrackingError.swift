import Catalog
import Transport

/// Why something could not be tracked or registered, in words for the caller.
package struct TrackingError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case missing
    case exists
    case invalid
    /// Somebody else was faster: read again, and decide again.
    case conflict
    /// A file is not what was stored.
    case damaged
    /// Database or disk.
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

  init(_ error: any Error) {
    if let known = error as? TrackingError {
      self = known
    } else if let store = error as? CatalogError {
      if let known = store.underlying as? TrackingError {
        self = known
      } else {
        self.init(.failed, store.message, underlying: store)
      }
    } else if let bucket = error as? S3Error {
      self.init(bucket.code == .invalid ? .invalid : .failed, bucket.message, underlying: bucket)
    } else {
      self.init(.failed, "\(error)", underlying: error)
    }
  }

  package var description: String { message }
}
