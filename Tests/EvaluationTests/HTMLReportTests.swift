import Evaluation
import Foundation
import Testing

@Suite struct HTMLReportTests {
  @Test func thePageIsWholeSafeAndAlone() throws {
    let measure = try Measure("nDCG@10")
    let queries = (0..<30).map { "q" + String(100 + $0) }
    func scores(_ name: String, _ step: Double) -> RunScores {
      RunScores(
        name: name, measures: [measure], queries: queries,
        values: [queries.indices.map { Double($0 % 10) / 10 * step }])
    }
    var report = EvaluationReport(
      title: "Test <script>", createdAt: "2026-01-01", runs: [scores("new", 1), scores("old & grey", 0.9)])
    let comparison = try PairedComparison(
      baseline: report.runs[1], candidate: report.runs[0], measure: measure)
    report.comparisons = [comparison]
    report.gates = [GateOutcome(try Gate("nDCG@10>=0.9"), value: report.runs[0].mean(measure))]
    report.queryTexts = ["q109": "what is <b>?"]
    report.parameters = [("mode", "hybrid")]
    let html = HTMLReport(report).html
    #expect(html.contains("Refused"))
    #expect(html.contains("but must be at least 0.9000"))
    #expect(html.contains("what is &lt;b&gt;?"))
    #expect(html.contains("old &amp; grey"))
    #expect(!html.contains("<script"))
    #expect(!html.contains("http"))
    #expect(html.components(separatedBy: "<svg").count == 3)
    #expect(!html.lowercased().contains("nan"))
    // Every element that is opened is closed.
    for tag in ["table", "tr", "td", "th", "p", "h2", "figure", "svg", "rect", "text", "body", "html"] {
      let opened = html.matches(of: try Regex("<\(tag)[ >]")).count
      let closed = html.components(separatedBy: "</\(tag)>").count - 1
      let alone = html.matches(of: try Regex("<\(tag)[^>]*/>")).count
      #expect(opened == closed + alone, "\(tag)")
    }
  }
}
