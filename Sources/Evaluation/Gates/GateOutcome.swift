import Foundation

/// Whether a gate lets a change through, and why.
package struct GateOutcome: Hashable, Sendable {
  package var gate: String
  package var isPassed: Bool
  /// A sentence with the figures.
  package var reason: String
  /// What was measured; `nil` where it could not be.
  package var value: Double?

  /// Decides a threshold.
  ///
  /// - Parameter value: `nil` where nothing was measured, which never passes.
  package init(_ gate: Gate, value: Double?) {
    self.gate = gate.text
    self.value = value
    guard case .threshold(let comparison, let bound) = gate.condition else {
      preconditionFailure("'\(gate.text)' needs a comparison of two runs")
    }
    guard let value else {
      isPassed = false
      reason = "\(gate.subject) could not be measured"
      return
    }
    let (isMet, word): (Bool, String) =
      switch comparison {
      case .atLeast: (value >= bound, "at least")
      case .atMost: (value <= bound, "at most")
      case .above: (value > bound, "above")
      case .below: (value < bound, "below")
      }
    isPassed = isMet
    reason =
      "\(gate.subject) is \(Self.shown(value)), "
      + (isMet ? "which is \(word) \(Self.shown(bound))" : "but must be \(word) \(Self.shown(bound))")
  }

  /// Decides a comparison with a baseline.
  package init(_ gate: Gate, comparison: PairedComparison) {
    self.gate = gate.text
    value = comparison.candidateMean
    let difference = comparison.meanDifference
    let figures =
      "\(gate.subject) is \(Self.shown(comparison.candidateMean)) against \(Self.shown(comparison.baselineMean)) of "
      + "\(comparison.baseline) (difference \(Self.signed(difference)), "
      + (comparison.interval.map { "95 % interval \(Self.signed($0.low)) to \(Self.signed($0.high)), " } ?? "")
      + "p = \(Self.shown(comparison.pValue)), \(comparison.differences.count) queries)"
    switch gate.condition {
    case .threshold: preconditionFailure("'\(gate.text)' needs no comparison of two runs")
    case .notWorse(_, let margin):
      let bound = comparison.lowerBound ?? difference
      // Identical runs are not worse, whatever the last bits say.
      isPassed = bound >= -margin - 1e-12
      if isPassed {
        reason = figures + ": with 95 % confidence not worse by more than \(Self.shown(margin))"
      } else if difference < -margin {
        reason = figures + ": worse by more than \(Self.shown(margin))"
      } else {
        reason =
          figures
          + ": may be worse by up to \(Self.shown(-bound)), more than \(Self.shown(margin)); more queries, or a "
          + "wider margin, could tell"
      }
    case .better:
      isPassed = difference > 0 && comparison.pValue < 0.05
      reason =
        figures
        + (isPassed ? ": better" : difference > 0 ? ": the gain could be chance" : ": not better")
    }
  }

  /// Four digits.
  package static func shown(_ value: Double) -> String { String(format: "%.4f", value) }

  /// Four digits with their sign.
  package static func signed(_ value: Double) -> String { String(format: "%+.4f", value) }
}
