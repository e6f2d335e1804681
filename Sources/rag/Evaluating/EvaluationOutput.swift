import Evaluation
import Foundation
import HTTPService

extension EvaluationReport {
  /// The contract of `rag eval --json`.
  ///
  /// - Parameters:
  ///   - run: identity of the kept run.
  ///   - page: path of the HTML report.
  func json(run: String?, page: String?, timings: [String: Double]) -> JSONValue {
    let first = runs.first
    var members: [(String, JSONValue)] = [
      ("measures", .object((first?.measures ?? []).map { ($0.name, JSONValue(first?.mean($0))) })),
      ("queries", .integer(first?.queries.count ?? 0)),
      ("queries_without_result", .integer(first?.missing.count ?? 0)),
      ("gate", gateJSON),
      ("report", JSONValue(page)),
      ("run", JSONValue(run)),
    ]
    if runs.count > 1 {
      members.append(
        (
          "baselines",
          .array(
            runs.dropFirst().map { run in
              .object([
                ("name", .string(run.name)),
                ("measures", .object(run.measures.map { ($0.name, JSONValue(run.mean($0))) })),
              ])
            })
        ))
      members.append(("comparisons", .array(comparisons.map(\.json))))
    }
    if !pairwise.isEmpty {
      members.append(
        (
          "pairwise",
          .array(
            pairwise.map { pair in
              .object([
                ("measure", .string(pair.measure.name)), ("runs", .array(runs.map { .string($0.name) })),
                ("p", .array(pair.pValues.map { .array($0.map { .number($0) }) })),
              ])
            })
        ))
    }
    if let answers { members.append(("answers", answers.json)) }
    if !judge.isEmpty {
      members.append(("judge", .object(judge.map { ($0.name, $0.summary.json) })))
    }
    members.append(("parameters", .object(parameters.map { ($0.name, .string($0.value)) })))
    members.append(("lineage", .object(lineage.map { ($0.name, .string($0.value)) })))
    members.append(("timings_ms", JSONValue(timings: timings)))
    return .object(members)
  }

  private var gateJSON: JSONValue {
    guard let isPassed else { return .null }
    return .object([
      ("passed", .bool(isPassed)),
      (
        "conditions",
        .array(
          gates.map {
            .object([
              ("gate", .string($0.gate)), ("passed", .bool($0.isPassed)), ("value", JSONValue($0.value)),
              ("reason", .string($0.reason)),
            ])
          })
      ),
    ])
  }

  /// What people read on a terminal.
  var text: String {
    var lines: [String] = []
    func number(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "-" }
    if let first = runs.first, !first.measures.isEmpty {
      lines.append(
        "\(first.queries.count) queries"
          + (first.missing.isEmpty ? "" : ", \(first.missing.count) without a result (counted 0)"))
      let width = 12
      let names = runs.map(\.name)
      lines.append(
        "measure".padded(to: width) + names.map { $0.padded(to: max(12, $0.count + 2)) }.joined())
      for measure in first.measures {
        lines.append(
          measure.name.padded(to: width)
            + zip(runs, names).map { number($0.mean(measure)).padded(to: max(12, $1.count + 2)) }.joined())
      }
    }
    for comparison in comparisons {
      let interval =
        comparison.interval.map { String(format: ", 95 %% interval %+.4f to %+.4f", $0.low, $0.high) } ?? ""
      lines.append(
        "\(comparison.measure) against \(comparison.baseline): "
          + String(format: "%+.4f", comparison.meanDifference) + interval
          + String(format: ", p = %.4f", comparison.pValue)
          + ", \(comparison.wins) won, \(comparison.ties) even, \(comparison.losses) lost")
    }
    if let answers {
      lines.append("\(answers.questions) answers")
      for score in answers.named { lines.append(score.name.padded(to: 24) + number(score.value)) }
      if let calibration = answers.calibration {
        lines.append(
          String(
            format: "threshold %.3f, found on one half: on the other %.3f answered, %.3f refused",
            calibration.threshold, calibration.otherHalf.answered, calibration.otherHalf.refused))
      }
    }
    for (name, summary) in judge {
      lines.append(
        name.padded(to: 24) + number(summary.mean) + " (\(summary.judged) of \(summary.answers) judged, "
          + "\(summary.valid) of \(summary.attempts) verdicts valid)")
    }
    for gate in gates { lines.append((gate.isPassed ? "passed: " : "REFUSED: ") + gate.reason) }
    return lines.joined(separator: "\n")
  }
}

extension PairedComparison {
  var json: JSONValue {
    func rows(_ differences: [Difference]) -> JSONValue {
      .array(
        differences.map {
          .object([
            ("query", .string($0.query)), ("baseline", .number($0.baseline)),
            ("candidate", .number($0.candidate)),
          ])
        })
    }
    return .object([
      ("measure", .string(measure.name)), ("baseline", .string(baseline)), ("candidate", .string(candidate)),
      ("baseline_mean", .number(baselineMean)), ("candidate_mean", .number(candidateMean)),
      ("difference", .number(meanDifference)),
      ("interval", interval.map { .array([.number($0.low), .number($0.high)]) } ?? .null),
      ("p", .number(pValue)), ("wins", .integer(wins)), ("ties", .integer(ties)),
      ("losses", .integer(losses)),
      ("best", rows(best())), ("worst", rows(worst())),
    ])
  }
}

extension AnswerScores {
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("questions", .integer(questions)), ("answerable", .integer(answerable)),
      ("unanswerable", .integer(unanswerable)),
    ]
    members += named.map { ($0.name, JSONValue($0.value)) }
    if let calibration {
      func rates(_ rates: ThresholdCalibration.Rates) -> JSONValue {
        .object([
          ("answered", .number(rates.answered)), ("refused", .number(rates.refused)),
          ("balanced", .number(rates.balanced)),
        ])
      }
      members.append(
        (
          "calibration",
          .object([
            ("threshold", .number(calibration.threshold)), ("chosen_half", rates(calibration.chosenHalf)),
            ("other_half", rates(calibration.otherHalf)),
          ])
        ))
    }
    return .object(members)
  }
}

extension JudgeSummary {
  var json: JSONValue {
    .object([
      ("mean", JSONValue(mean)), ("spread", JSONValue(spread)), ("answers", .integer(answers)),
      ("judged", .integer(judged)), ("attempts", .integer(attempts)), ("valid", .integer(valid)),
    ])
  }
}
