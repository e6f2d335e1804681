/// Why no answer could be made, with what to do about it.
package struct GenerationError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The scorer of the answerer failed.
    case scoringFailed
    /// The language model refused, failed or could not be reached.
    case modelFailed
    /// The language model's reply broke off after it had begun.
    case modelInterrupted
    /// A prompt is missing or cannot be read.
    case promptInvalid
  }

  package var code: Code
  package var message: String
  /// HTTP status of the model's server, where it sent one.
  package var status: Int?
  package var underlying: (any Error)?

  package init(_ code: Code, _ message: String, status: Int? = nil, underlying: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.status = status
    self.underlying = underlying
  }

  package var description: String { message }
}
