/// Why text could not be analyzed.
package struct LexicalIndexError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The configuration asks for something that is not there.
    case invalidConfiguration
  }

  package var code: Code
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
