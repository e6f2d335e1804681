/// Why a table could not be read or put together, with what to do about it.
package struct TableError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// A file or a value is not what it should be.
    case malformed
    /// Columns of different lengths, or two of one name.
    case mismatch
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
