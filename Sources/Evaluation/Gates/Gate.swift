/// A condition that a change must meet: `nDCG@10>=0.73`, `nDCG@10 not-worse-than BASELINE by 0.01`,
/// `AP better-than BASELINE`.
package struct Gate: Hashable, Sendable {
  package enum Comparison: String, CaseIterable, Sendable {
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"
  }

  package enum Condition: Hashable, Sendable {
    case threshold(Comparison, Double)
    /// The mean may be at most `margin` under the baseline's, shown with 95 % confidence.
    case notWorse(baseline: String, margin: Double)
    /// The mean must be above the baseline's, with a two-sided p below 0.05.
    case better(baseline: String)
  }

  /// Name of a measure or of an answer score.
  package var subject: String
  package var condition: Condition
  /// As it was given.
  package var text: String

  /// Reads a condition.
  ///
  /// - Throws: `EvaluationError.invalidArgument`, saying what a condition looks like.
  package init(_ text: String) throws(EvaluationError) {
    self.text = text
    func refuse(_ why: String) -> EvaluationError {
      EvaluationError(
        .invalidArgument,
        "the gate '\(text)' \(why). A gate is 'nDCG@10>=0.73', 'nDCG@10 not-worse-than BASELINE by 0.01' or "
          + "'nDCG@10 better-than BASELINE'; BASELINE is a run file, or a run kept by rag eval")
    }
    let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
    if words.count >= 2, words[1] == "not-worse-than" || words[1] == "better-than" {
      guard words.count >= 3 else { throw refuse("names no baseline") }
      subject = words[0]
      if words[1] == "better-than" {
        guard words.count == 3 else { throw refuse("goes on after the baseline") }
        condition = .better(baseline: words[2])
        return
      }
      var margin = 0.0
      if words.count > 3 {
        guard words.count == 5, words[3] == "by", let value = Double(words[4]), value >= 0, value.isFinite
        else {
          throw refuse("needs 'by' and a number of at least 0 after the baseline")
        }
        margin = value
      }
      condition = .notWorse(baseline: words[2], margin: margin)
      return
    }
    let compact = text.filter { $0 != " " && $0 != "\t" }
    // An '=' inside brackets belongs to the measure's name: RBP(rel=1)>=0.5.
    var depth = 0
    var place: String.Index?
    for index in compact.indices {
      switch compact[index] {
      case "(": depth += 1
      case ")": depth -= 1
      case ">", "<": if depth == 0, place == nil { place = index }
      default: break
      }
    }
    guard let place else { throw refuse("has no comparison") }
    let tail = compact[place...]
    guard let comparison = Comparison.allCases.first(where: { tail.hasPrefix($0.rawValue) }),
      let bound = Double(tail.dropFirst(comparison.rawValue.count)), bound.isFinite,
      place > compact.startIndex
    else { throw refuse("has no number behind its comparison") }
    subject = String(compact[..<place])
    condition = .threshold(comparison, bound)
  }

  /// The baseline that it needs, if any.
  package var baseline: String? {
    switch condition {
    case .threshold: nil
    case .notWorse(let baseline, _), .better(let baseline): baseline
    }
  }
}
