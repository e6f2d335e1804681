import Transport

/// Who is told of an alarm.
package struct AlarmTargets: Sendable {
  /// Gets the alarm by POST.
  package var webhook: String?
  /// Signs what is posted.
  package var secret: APIKey?
  /// Run with the alarm on its standard input: program and arguments. It may start a retraining; nothing is promoted by an alarm.
  package var command: [String] = []

  package init() {}
}
