/// All that an evaluation has to tell; `HTMLReport` draws it.
package struct EvaluationReport: Sendable {
  package var title: String
  /// When, as ISO 8601.
  package var createdAt: String
  /// The first is what was evaluated; the others are beside it.
  package var runs: [RunScores]
  /// Text of queries by id, where known.
  package var queryTexts: [String: String] = [:]
  package var comparisons: [PairedComparison] = []
  /// p-values of all pairs of runs (randomised Tukey), by measure; shape `[runs, runs]`.
  package var pairwise: [(measure: Measure, pValues: [[Double]])] = []
  package var gates: [GateOutcome] = []
  package var answers: AnswerScores?
  package var judge: [(name: String, summary: JudgeSummary)] = []
  /// Settings, in the order in which they are told.
  package var parameters: [(name: String, value: String)] = []
  /// Hashes of data, configuration and model.
  package var lineage: [(name: String, value: String)] = []

  package init(title: String, createdAt: String, runs: [RunScores]) {
    self.title = title
    self.createdAt = createdAt
    self.runs = runs
  }

  /// Whether every gate lets the change through; `nil` without gates.
  package var isPassed: Bool? { gates.isEmpty ? nil : gates.allSatisfy(\.isPassed) }
}
