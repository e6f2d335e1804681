/// Why drift could not be computed, with what to do about it.
package struct DriftError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// A file or a value is not what it should be.
    case malformed
    /// A parameter out of its range, or a method that doesn't fit the column.
    case invalidArgument
    /// One side has no values left after cleaning.
    case emptySide
    /// The two sides have different columns or dimensions.
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
