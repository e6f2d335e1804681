/// How often answers are wrong when only the surest share of questions is answered.
///
/// - Source: El-Yaniv, Wiener, "On the foundations of noise-free selective classification", JMLR 2010; the area is
///   that of Geifman, El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017.
package struct RiskCoverage: Hashable, Sendable {
  package struct Point: Hashable, Sendable {
    /// Confidence of the last answer taken in.
    package var threshold: Double
    /// Share of questions answered.
    package var coverage: Double
    /// Share of wrong answers among them.
    package var risk: Double
  }

  /// By rising coverage; equal confidences are taken in together.
  package let points: [Point]
  /// Mean risk over the coverages, weighted by their steps; `nil` without questions of known outcome.
  package let area: Double?

  /// - Complexity: O(n log n).
  package init(_ outcomes: [AnswerOutcome]) {
    let known = outcomes.compactMap { outcome in
      outcome.isWrong.map { (confidence: outcome.confidence, isWrong: $0) }
    }.sorted { $0.confidence > $1.confidence }
    var points: [Point] = []
    var wrong = 0
    var area = 0.0
    var before = 0
    for (place, item) in known.enumerated() {
      if item.isWrong { wrong += 1 }
      if place + 1 < known.count, known[place + 1].confidence == item.confidence { continue }
      let risk = Double(wrong) / Double(place + 1)
      points.append(
        Point(
          threshold: item.confidence, coverage: Double(place + 1) / Double(known.count), risk: risk))
      area += risk * Double(place + 1 - before)
      before = place + 1
    }
    self.points = points
    self.area = known.isEmpty ? nil : area / Double(known.count)
  }
}
