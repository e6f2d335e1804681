/// Why a model could not be trained, read or asked, with what to do about it.
package struct TrainingError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// A parameter, a column's declaration or a choice that doesn't fit.
    case invalidArgument
    /// Data that no model can be trained on: no rows, one class, no features.
    case unfit
    /// A feature tells the target, or rows of the training part are in the test part.
    case leakage
    /// Rows that are not what the model's schema says; `violations` has each.
    case schema
    /// A model's files are incomplete or were changed.
    case damaged
    /// Reading, writing, or a library failed.
    case failed
  }

  package var code: Code
  package var message: String
  package var underlying: (any Error)?
  package var violations: [SchemaViolation] = []

  package init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  /// Of rows that don't fit a schema.
  package init(violations: [SchemaViolation]) {
    let first = violations.prefix(5).map(\.description).joined(separator: "; ")
    self.init(.schema, first + (violations.count > 5 ? "; and \(violations.count - 5) more" : ""))
    self.violations = violations
  }

  package var description: String { message }
}
