import Foundation
import Reports

/// The part of a report on two sets of vectors: methods, a map of both, and the clusters that grew or shrank.
struct DriftReportEmbeddings {
  private let result: EmbeddingResult
  private let texts: [String]

  init(_ result: EmbeddingResult, texts: [String]) {
    self.result = result
    self.texts = texts
  }

  /// Points of a side that are drawn, so that a page stays small.
  private static let drawnPoints = 300
  private static let shownTextLength = 160

  var html: String {
    func p(_ method: String) -> String { Markup.probability(result.adjustedP[method]) }
    let rows = [
      [
        "domain classifier",
        "area under the curve \(Markup.number(result.classifier.areaUnderCurve, digits: 3))", p("classifier"),
      ],
      ["maximum mean discrepancy", Markup.number(result.discrepancy.squared, digits: 5), p("discrepancy")],
      [
        "components", "\(Markup.number(100 * result.driftedComponentShare, digits: 1)) % drifted",
        p("components"),
      ],
      [
        "clusters", "largest change \(Markup.signed(100 * largestChange, digits: 1)) % of the rows",
        p("clusters"),
      ],
      [
        "distance of the means",
        "cosine \(Markup.number(result.meanDistances.cosine)), Euclidean \(Markup.number(result.meanDistances.euclidean))",
        "–",
      ],
      [
        "reconstruction error",
        "\(Markup.number(result.referenceReconstructionError, digits: 3)) → \(Markup.number(result.currentReconstructionError, digits: 3))",
        "–",
      ],
    ]
    var text =
      "<p>\(result.referenceRows) reference and \(result.currentRows) current vectors of \(result.dimension) "
      + "components.</p>\n" + Markup.table(["method", "found", "corrected p"], rows)
    text += "<h2>Map</h2>\n" + Markup.figure(map) + "<h2>Clusters</h2>\n" + clusters
    return text
  }

  private var largestChange: Double {
    result.clusters.clusters.first.map { $0.currentShare - $0.referenceShare } ?? 0
  }

  private var map: Plot {
    func series(_ name: String, _ points: [EmbeddingResult.Point], areNamed: Bool) -> Plot.Series {
      let step = max(1, (points.count + Self.drawnPoints - 1) / Self.drawnPoints)
      let drawn = stride(from: 0, to: points.count, by: step).map { points[$0] }
      return Plot.Series(
        name: name, style: .dots, points: drawn.map { (x: $0.x, y: $0.y) },
        labels: areNamed ? drawn.map { shown($0.row) } : [])
    }
    return Plot(
      title: "First two principal components of the reference", xLabel: "first", yLabel: "second",
      series: [
        series("reference", result.referenceMap, areNamed: false),
        series("current", result.currentMap, areNamed: true),
      ])
  }

  private var clusters: String {
    Markup.table(
      ["reference", "current", "examples of current rows"],
      result.clusters.clusters.map { cluster in
        [
          "\(Markup.number(100 * cluster.referenceShare, digits: 1)) %",
          "\(Markup.number(100 * cluster.currentShare, digits: 1)) %",
          cluster.examples.prefix(3).map { Markup.escaped(shown($0)) }.joined(separator: "<br>"),
        ]
      })
  }

  private func shown(_ row: Int) -> String {
    guard row < texts.count else { return "row \(row)" }
    let text = texts[row]
    return text.count > Self.shownTextLength ? text.prefix(Self.shownTextLength) + "…" : text
  }
}
