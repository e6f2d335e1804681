/// Why texts could not be embedded, with what to do about it.
package struct EmbeddingError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// No model of that name is installed.
    case modelMissing
    /// A model file is damaged, or not of a kind that can be run.
    case modelInvalid
    /// Another model than the one the vectors were made with.
    case modelMismatch
    /// The provider refused or failed.
    case providerFailed
    /// The provider could not be reached in time.
    case providerUnavailable
    /// The caller gave something that cannot be embedded.
    case invalidInput
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
