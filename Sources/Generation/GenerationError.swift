/// Why no answer could be made, with what to do about it.
package struct GenerationError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The scorer of the answerer failed.
    case scoringFailed
    /// The language model refused, failed or could not be reached.
    case modelFailed
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
