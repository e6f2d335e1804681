import Foundation

/// What a language model said of an answer, several times.
///
/// A call that failed or gave no number is a missing value: it counts nowhere but in `attempts`.
package struct JudgeVerdicts: Hashable, Sendable {
  /// 0…1 each; `nil` where a call gave none.
  package let values: [Double?]

  package init(_ values: [Double?]) {
    self.values = values
  }

  package var attempts: Int { values.count }
  package var valid: Int { values.count { $0 != nil } }

  /// `nil` where no call gave a value.
  package var mean: Double? {
    let known = values.compactMap { $0 }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// Largest less smallest value; `nil` for fewer than two.
  package var spread: Double? {
    let known = values.compactMap { $0 }
    guard known.count > 1, let low = known.min(), let high = known.max() else { return nil }
    return high - low
  }

  /// Reads a verdict: the number behind the last `SCORE:`, from 1 to 5, scaled to 0…1.
  ///
  /// - Returns: `nil` where there is none, which is a missing value and not a bad one.
  package static func score(in reply: String) -> Double? {
    guard let match = reply.matches(of: /(?i:score)\s*[:=]\s*([1-5])(?!\d|\.\d)/).last,
      let number = Double(match.1)
    else { return nil }
    return (number - 1) / 4
  }
}

/// Verdicts over many answers.
package struct JudgeSummary: Hashable, Sendable {
  package let answers: Int
  /// Answers with at least one valid verdict.
  package let judged: Int
  package let attempts: Int
  package let valid: Int
  /// Mean over the judged answers; `nil` without any.
  package let mean: Double?
  /// Mean spread between repeats; `nil` where nothing was repeated.
  package let spread: Double?

  package init(_ verdicts: [JudgeVerdicts]) {
    answers = verdicts.count
    attempts = verdicts.reduce(0) { $0 + $1.attempts }
    valid = verdicts.reduce(0) { $0 + $1.valid }
    let means = verdicts.compactMap(\.mean)
    judged = means.count
    mean = means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
    let spreads = verdicts.compactMap(\.spread)
    spread = spreads.isEmpty ? nil : spreads.reduce(0, +) / Double(spreads.count)
  }
}
