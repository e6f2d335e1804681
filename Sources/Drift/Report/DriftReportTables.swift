import Foundation
import Reports
import Tables

/// The part of a report on two tables: columns by severity, and the distributions of those that moved most.
struct DriftReportTables {
  private let result: DriftResult

  init(_ result: DriftResult) {
    self.result = result
  }

  /// Columns that are drawn, so that a page stays small.
  private static let drawnColumns = 16
  private static let shownCategories = 12

  var html: String {
    let columns = result.columns.sorted {
      (Self.rank($0.verdict), -($0.effect ?? 0), $0.name) < (
        Self.rank($1.verdict), -($1.effect ?? 0), $1.name
      )
    }
    var text =
      "<p>\(result.driftedColumns) of \(result.columns.count) columns drifted "
      + "(\(Markup.number(100 * result.driftedShare, digits: 0)) % of those tested). \(result.referenceRows) reference "
      + "rows, \(result.currentRows) current rows.</p>\n"
    text += Markup.table(
      ["column", "", "test", "statistic", "p", "corrected p", "effect", "missing", "notes"],
      columns.map(row))
    for column in columns.prefix(Self.drawnColumns) { text += section(column) }
    return text
  }

  private static func rank(_ verdict: Verdict) -> Int {
    switch verdict {
    case .drift: 0
    case .warning: 1
    case .insufficient: 2
    case .none: 3
    }
  }

  private func row(_ column: ColumnResult) -> [String] {
    var notes: [String] = []
    if let problem = column.problem { notes.append(problem) }
    if !column.newCategories.isEmpty {
      let names = column.newCategories.prefix(5).map { "\($0.name.description) (\($0.count))" }
      notes.append(
        "\(column.newCategories.count) new: " + names.joined(separator: ", ")
          + (column.newCategories.count > 5 ? ", …" : ""))
    }
    if !column.vanishedCategories.isEmpty { notes.append("\(column.vanishedCategories.count) gone") }
    return [
      Markup.escaped(column.name),
      "<b class=\"\(column.verdict.styleClass)\">\(column.verdict.rawValue)</b>",
      column.method?.rawValue ?? "–", Markup.number(column.statistic), Markup.probability(column.pValue),
      Markup.probability(column.adjustedP), Markup.number(column.effect, digits: 3),
      "\(Self.percent(column.referenceMissingShare)) → \(Self.percent(column.currentMissingShare))",
      Markup.escaped(notes.joined(separator: "; ")),
    ]
  }

  private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  private func section(_ column: ColumnResult) -> String {
    let title = "<h2>\(Markup.escaped(column.name))</h2>\n"
    if !column.words.isEmpty { return title + words(column.words) }
    guard let distribution = column.distribution else { return "" }
    return title
      + (distribution.edges.isEmpty ? categories(distribution) : Markup.figure(plot(column, distribution)))
  }

  private func plot(_ column: ColumnResult, _ distribution: Distribution) -> Plot {
    func series(_ name: String, _ counts: [Int]) -> Plot.Series {
      let total = Double(max(1, counts.reduce(0, +)))
      // The last step goes on to the end of its bin.
      let shares = counts.map { Double($0) / total }
      return Plot.Series(
        name: name, style: .steps,
        points: zip(distribution.edges, shares + shares.suffix(1)).map { (x: $0, y: $1) })
    }
    return Plot(
      title: "\(column.name): share of rows by value", xLabel: column.name, yLabel: "share",
      series: [series("reference", distribution.reference), series("current", distribution.current)])
  }

  private func categories(_ distribution: Distribution) -> String {
    let totals = [distribution.reference, distribution.current].map { Double(max(1, $0.reduce(0, +))) }
    return Markup.table(
      ["category", "reference", "current"],
      distribution.categories.indices.prefix(Self.shownCategories).map { index in
        [
          Markup.escaped(distribution.categories[index].description),
          Self.percent(Double(distribution.reference[index]) / totals[0]),
          Self.percent(Double(distribution.current[index]) / totals[1]),
        ]
      })
  }

  private func words(_ words: [TextComparison.Word]) -> String {
    "<p>Words that tell the sides apart, with the share of texts that have them:</p>\n"
      + Markup.table(
        ["word", "reference", "current"],
        words.map {
          [Markup.escaped($0.word), Self.percent($0.referenceShare), Self.percent($0.currentShare)]
        })
  }
}
