/// Why something could not be evaluated, with what to do about it.
package struct EvaluationError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// A file is not what it should be.
    case malformed
    /// A measure, gate or parameter that is not known.
    case invalidArgument
    /// What is compared has nothing in common.
    case nothingToCompare
  }

  package var code: Code
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
