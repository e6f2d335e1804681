import Foundation
import Reports

/// An evaluation as one page that needs nothing else: verdict first, then figures, plots, queries and settings.
package struct HTMLReport {
  private let report: EvaluationReport

  package init(_ report: EvaluationReport) {
    self.report = report
  }

  package var html: String {
    var body =
      "<h1>\(Markup.escaped(report.title))</h1>\n<p class=\"d\">\(Markup.escaped(report.createdAt))</p>\n"
    body += verdict + measures + pairwise
    for comparison in report.comparisons { body += section(comparison) }
    if let answers = report.answers { body += section(answers) }
    body += perQuery + settings
    return ReportPage(title: report.title, body: body).html
  }

  private var verdict: String {
    guard let isPassed = report.isPassed else { return "" }
    let rows = report.gates.map { gate in
      [
        "<b class=\"\(gate.isPassed ? "ok" : "no")\">\(gate.isPassed ? "passed" : "refused")</b>",
        "<code>\(Markup.escaped(gate.gate))</code>", Markup.escaped(gate.reason),
      ]
    }
    return "<p class=\"v \(isPassed ? "ok" : "no")\">\(isPassed ? "Passed" : "Refused"): "
      + "\(report.gates.count(where: \.isPassed)) of \(report.gates.count) gates let it through.</p>\n"
      + Markup.table(["", "gate", "why"], rows)
  }

  private var measures: String {
    guard let first = report.runs.first, !first.measures.isEmpty else { return "" }
    let bootstrap = Bootstrap()
    var rows: [[String]] = []
    for measure in first.measures {
      var cells = [Markup.escaped(measure.name)]
      for run in report.runs {
        let interval =
          measure.isCount
          ? nil : bootstrap.interval((run.values(of: measure) ?? [:]).sorted { $0.key < $1.key }.map(\.value))
        cells.append(
          "<b>\(Markup.number(run.mean(measure)))</b>"
            + (interval.map { " <small>\(Markup.number($0.low)) – \(Markup.number($0.high))</small>" } ?? ""))
      }
      rows.append(cells)
    }
    var text = "<h2>Measures</h2>\n<p>\(first.queries.count) queries"
    if !first.missing.isEmpty { text += ", \(first.missing.count) of them without a result (counted 0)" }
    text += ". Beside each mean: 95 % bootstrap interval.</p>\n"
    text += Markup.table(["measure"] + report.runs.map { Markup.escaped($0.name) }, rows)
    if let main = first.measures.first, let values = first.values(of: main) {
      text += Markup.figure(distribution(values.sorted { $0.key < $1.key }.map(\.value), measure: main))
    }
    return text
  }

  private func distribution(_ values: [Double], measure: Measure) -> Plot {
    let bins = 20
    let top = max(1, values.max() ?? 1)
    var counts = [Double](repeating: 0, count: bins)
    for value in values { counts[min(bins - 1, max(0, Int(value / top * Double(bins))))] += 1 }
    let points = counts.enumerated().map { (x: Double($0), y: $1) }
    var plot = Plot(
      title: "\(measure.name) over the queries",
      xLabel: "\(measure.name), 0 to \(Markup.number(top, digits: 2))",
      yLabel: "queries",
      series: [
        Plot.Series(
          name: "queries", style: .bars, points: points,
          labels: counts.enumerated().map { bin, count in
            "\(Int(count)) queries from \(Markup.number(Double(bin) / Double(bins) * top, digits: 2)) to "
              + Markup.number(Double(bin + 1) / Double(bins) * top, digits: 2)
          })
      ])
    plot.showsXTicks = false
    return plot
  }

  private var pairwise: String {
    guard report.runs.count > 2 else { return "" }
    return report.pairwise.map { item in
      let rows = report.runs.enumerated().map { index, run in
        [Markup.escaped(run.name)]
          + report.runs.indices.map { other in
            index == other ? "" : Markup.number(item.pValues[index][other])
          }
      }
      return "<h2>All pairs by \(Markup.escaped(item.measure.name))</h2>\n"
        + "<p>p-values, corrected for the number of pairs (randomised Tukey).</p>\n"
        + Markup.table([""] + report.runs.map { Markup.escaped($0.name) }, rows)
    }.joined()
  }

  private func section(_ comparison: PairedComparison) -> String {
    let ordered = comparison.differences.sorted { ($1.difference, $0.query) < ($0.difference, $1.query) }
    var plot = Plot(
      title: "Difference of \(comparison.measure.name) by query", xLabel: "queries, by difference",
      yLabel: "difference",
      series: [
        Plot.Series(
          name: "difference", style: .bars,
          points: ordered.enumerated().map { (x: Double($0), y: $1.difference) },
          labels: ordered.map { "\($0.query): \(Markup.signed($0.difference))" })
      ])
    plot.showsXTicks = false
    func rows(_ list: [PairedComparison.Difference]) -> [[String]] {
      list.map { item in
        [
          Markup.escaped(item.query), Markup.escaped(report.queryTexts[item.query] ?? ""),
          Markup.number(item.baseline), Markup.number(item.candidate), Markup.signed(item.difference),
        ]
      }
    }
    let head = [
      "query", "text", Markup.escaped(comparison.baseline), Markup.escaped(comparison.candidate),
      "difference",
    ]
    var text =
      "<h2>\(Markup.escaped(comparison.candidate)) against \(Markup.escaped(comparison.baseline))</h2>\n<p>"
      + "\(Markup.escaped(comparison.measure.name)): \(Markup.number(comparison.candidateMean)) against "
      + "\(Markup.number(comparison.baselineMean)), difference <b>\(Markup.signed(comparison.meanDifference))</b>"
    if let interval = comparison.interval {
      text += " (95 % interval \(Markup.signed(interval.low)) to \(Markup.signed(interval.high)))"
    }
    text +=
      ", p = \(Markup.number(comparison.pValue, digits: 5)) (paired randomisation test). \(comparison.wins) wins, "
      + "\(comparison.ties) ties, \(comparison.losses) losses.</p>\n"
    text += Markup.figure(plot)
    if !comparison.best().isEmpty {
      text += "<h3>Gained most</h3>\n" + Markup.table(head, rows(comparison.best()))
    }
    if !comparison.worst().isEmpty {
      text += "<h3>Lost most</h3>\n" + Markup.table(head, rows(comparison.worst()))
    }
    return text
  }

  private func section(_ answers: AnswerScores) -> String {
    let rows = answers.named.map { [Markup.escaped($0.name), "<b>\(Markup.number($0.value))</b>"] }
    var text =
      "<h2>Answers</h2>\n<p>\(answers.questions) questions: \(answers.answerable) answerable, "
      + "\(answers.unanswerable) not.</p>\n" + Markup.table(["score", "value"], rows)
    for (name, judge) in report.judge {
      text +=
        "<p>Judge, \(Markup.escaped(name)): <b>\(Markup.number(judge.mean))</b> over \(judge.judged) of \(judge.answers) "
        + "answers; \(judge.valid) of \(judge.attempts) verdicts valid; mean spread of repeats "
        + "\(Markup.number(judge.spread)).</p>\n"
    }
    if let calibration = answers.calibration {
      func rate(_ rates: ThresholdCalibration.Rates) -> String {
        "answers \(Markup.number(rates.answered, digits: 3)) of the answerable and refuses "
          + "\(Markup.number(rates.refused, digits: 3)) of the others"
      }
      text +=
        "<p>Threshold <b>\(Markup.number(calibration.threshold, digits: 3))</b>, chosen on one half of the questions, where "
        + "it \(rate(calibration.chosenHalf)); on the other half it \(rate(calibration.otherHalf)).</p>\n"
      var plot = Plot(
        title: "What a threshold answers and refuses", xLabel: "threshold on confidence", yLabel: "share",
        series: [
          Plot.Series(
            name: "answerable, answered", style: .line,
            points: calibration.curve.map { (x: $0.threshold, y: $0.rates.answered) }),
          Plot.Series(
            name: "unanswerable, refused", style: .line,
            points: calibration.curve.map { (x: $0.threshold, y: $0.rates.refused) }),
        ])
      plot.yRange = 0...1
      plot.mark = (calibration.threshold, "chosen")
      text += Markup.figure(plot)
    }
    if !answers.riskCoverage.points.isEmpty {
      var plot = Plot(
        title: "Risk when only the surest questions are answered", xLabel: "share of questions answered",
        yLabel: "share of wrong answers",
        series: [
          Plot.Series(
            name: "risk", style: .line,
            points: answers.riskCoverage.points.map { (x: $0.coverage, y: $0.risk) })
        ])
      plot.xRange = 0...1
      plot.yRange = 0...1
      text += Markup.figure(plot)
    }
    return text
  }

  private var perQuery: String {
    guard let run = report.runs.first, !run.measures.isEmpty, !run.queries.isEmpty else { return "" }
    let shown = run.measures.prefix(6)
    let rows = run.queries.enumerated().map { place, query in
      [Markup.escaped(query), Markup.escaped(report.queryTexts[query] ?? "")]
        + shown.indices.map { Markup.number(run.values[$0][place], digits: 3) }
    }
    return "<details><summary>All \(run.queries.count) queries</summary>\n"
      + Markup.table(["query", "text"] + shown.map { Markup.escaped($0.name) }, rows) + "</details>\n"
  }

  private var settings: String {
    func list(_ title: String, _ items: [(name: String, value: String)]) -> String {
      items.isEmpty
        ? ""
        : "<h2>\(title)</h2>\n"
          + Markup.table(
            ["", ""], items.map { [Markup.escaped($0.name), "<code>\(Markup.escaped($0.value))</code>"] })
    }
    return list("Settings", report.parameters) + list("Lineage", report.lineage)
  }
}
