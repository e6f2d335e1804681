import Drift
import Foundation
import Reports

/// A collection's windows as one page that needs nothing else: verdict first, then each signal over time.
package struct DriftHistoryReport {
  private let collection: String
  private let windows: [DriftWindow]
  private let examples: [String: [String]]
  /// Of the newest window's maps.
  private let mapTexts: [String: [String?]]

  /// - Parameter windows: the oldest first.
  package init(_ collection: String, windows: [DriftWindow], examples: DriftExamples) throws {
    self.collection = collection
    self.windows = windows
    self.examples = try windows.last.map { try examples.texts(of: $0) } ?? [:]
    mapTexts = try windows.last.map { try examples.mapTexts(of: $0) } ?? [:]
  }

  package var html: String {
    var body = "<h1>Drift of \(Markup.escaped(collection))</h1>\n"
    guard let newest = windows.last else {
      return ReportPage(title: "Drift", body: body + "<p>No window was checked yet.</p>\n").html
    }
    body += "<p class=\"d\">\(Self.time(newest.startsAt)) to \(Self.time(newest.endsAt))</p>\n"
    let alarms = newest.alarms.map(\.signal.title)
    body +=
      alarms.isEmpty
      ? "<p class=\"v ok\">No alarm.</p>\n"
      : "<p class=\"v no\">Alarm: \(Markup.escaped(alarms.joined(separator: ", "))).</p>\n"
    body += Markup.table(
      ["signal", "", "", "found", ""],
      newest.signals.sorted { Self.rank($0) < Self.rank($1) }.map { signal in
        [
          Markup.escaped(signal.signal.title), Self.mark(signal.verdict),
          signal.isAlarm ? "<b class=\"no\">alarm</b>" : "",
          Markup.escaped(signal.summary), signal.pValue.map { "p " + Markup.probability($0) } ?? "",
        ]
      }, style: .stacked)
    body += timeline
    for signal in DriftSignal.allCases { body += section(signal, newest) }
    return ReportPage(title: "Drift of \(collection)", body: body).html
  }

  /// What was found in each window, a row a signal.
  private var timeline: String {
    let shown = windows.suffix(31)
    let rows = DriftSignal.allCases.map { signal in
      [Markup.escaped(signal.title)]
        + shown.map { window in
          guard let found = window.signals.first(where: { $0.signal == signal }) else { return "" }
          let sign =
            found.isAlarm
            ? "●" : found.verdict == .drift ? "○" : found.verdict == .insufficient ? "–" : "·"
          return
            "<span class=\"\(found.verdict.styleClass)\" title=\"\(Self.time(window.startsAt)): "
            + "\(found.verdict.rawValue)\">\(sign)</span>"
        }
    }
    return
      "<h2>Windows</h2>\n<p class=\"d\">● alarm, ○ drift, · none, – too little data; the newest on the right</p>\n"
      + Markup.table([""] + days(of: Array(shown)), rows, style: .timeline)
  }

  private func section(_ signal: DriftSignal, _ newest: DriftWindow) -> String {
    let points = windows.compactMap { window -> (x: Double, y: Double, name: String)? in
      guard let found = window.signals.first(where: { $0.signal == signal }), let y = found.statistic else {
        return nil
      }
      return ((window.endsAt - newest.endsAt) / 86_400, y, "\(Self.time(window.startsAt)): \(found.summary)")
    }
    guard points.count > 0, let found = newest.signals.first(where: { $0.signal == signal }) else {
      return ""
    }
    var text = "<h2>\(Markup.escaped(signal.title))</h2>\n<p>\(Markup.escaped(found.summary))</p>\n"
    if points.count > 1 {
      text += Markup.figure(
        Plot(
          title: found.method, xLabel: "days before the newest window", yLabel: found.method,
          series: [
            Plot.Series(
              name: signal.rawValue, style: .line, points: points.map { (x: $0.x, y: $0.y) },
              labels: points.map(\.name))
          ]))
    }
    if let map = found.map { text += figure(map, of: found) }
    if !found.parts.isEmpty {
      text += Markup.table(
        ["part", "", "statistic", "p"],
        found.parts.map {
          [
            Markup.escaped($0.name), Self.mark($0.verdict), Markup.number($0.statistic),
            Markup.probability($0.pValue),
          ]
        })
    }
    for example in examples[signal.rawValue] ?? [] { text += "<p><q>\(Markup.escaped(example))</q></p>\n" }
    return text
  }

  private func figure(_ map: DriftMap, of found: SignalResult) -> String {
    let texts = mapTexts[found.signal.rawValue] ?? []
    let moved = Set(found.examples)
    func isMoved(_ index: Int) -> Bool { map.current[index].example.map(moved.contains) ?? false }
    func series(_ name: String, _ rows: [Int]) -> Plot.Series {
      Plot.Series(
        name: name, style: .dots, points: rows.map { (Double(map.current[$0].x), Double(map.current[$0].y)) },
        labels: rows.map { ($0 < texts.count ? texts[$0] : nil).map { Self.label($0) } ?? "" })
    }
    let rows = Array(map.current.indices)
    var all = [
      Plot.Series(
        name: "baseline", style: .dots, points: map.reference.map { (Double($0.x), Double($0.y)) }),
      series("window", rows.filter { !isMoved($0) }),
    ]
    if !moved.isEmpty { all.append(series("what moved most", rows.filter(isMoved))) }
    return Markup.figure(
      Plot(
        title: "First two principal components of the baseline", xLabel: "first", yLabel: "second",
        series: all))
  }

  private static func label(_ text: String) -> String { text.count > 90 ? text.prefix(90) + "…" : text }

  private static func mark(_ verdict: Verdict) -> String {
    "<b class=\"\(verdict.styleClass)\">\(verdict.rawValue)</b>"
  }

  private static func rank(_ signal: SignalResult) -> Int {
    if signal.isAlarm { return 0 }
    return switch signal.verdict {
    case .drift: 1
    case .warning: 2
    case .none: 3
    case .insufficient: 4
    }
  }

  private static func time(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).ISO8601Format()
  }

  /// Days of the month; the month too where it begins.
  private func days(of windows: [DriftWindow]) -> [String] {
    var month = ""
    return windows.map { window in
      let date = Self.time(window.startsAt).prefix(10)
      defer { month = String(date.dropFirst(5).prefix(2)) }
      return date.dropFirst(5).prefix(2) == month ? String(date.suffix(2)) : String(date.dropFirst(5))
    }
  }
}
