/// Why a bucket could not be read or written, in words for the caller; without secrets.
package struct S3Error: Error, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// The address or its credentials can't be used.
    case invalid
    /// The service refused, or can't be reached.
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
}
