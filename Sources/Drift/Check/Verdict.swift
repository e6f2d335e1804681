/// What a check says of a column or of a dataset.
package enum Verdict: String, Codable, Sendable, CaseIterable {
  case none
  /// Something worth a look that is no drift of the values: other shares of missing rows, or new categories.
  case warning
  case drift
  /// Too few rows to decide.
  case insufficient

  /// The verdict on the whole: drift before warning; insufficient only where nothing could be decided.
  package static func combined(_ verdicts: [Verdict]) -> Verdict {
    if verdicts.contains(.drift) { return .drift }
    if verdicts.contains(.warning) { return .warning }
    return verdicts.allSatisfy { $0 == .insufficient } ? .insufficient : .none
  }
}
