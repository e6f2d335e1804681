/// Measures of a run, query by query and in the mean.
package struct RunScores: Hashable, Sendable {
  /// Name of what was scored.
  package var name: String
  package let measures: [Measure]
  /// Judged queries, sorted: the mean is over all of them, and one without a result counts 0.
  package let queries: [String]
  /// Judged queries for which the run has nothing.
  package let missing: [String]
  /// Shape `[measures, queries]`; `nil` where a measure is not defined.
  package let values: [[Double?]]

  /// Scores a run.
  ///
  /// - Parameter queries: those that count; `nil` means all judged ones.
  /// - Complexity: O(measures × (results + judgements)).
  package init(_ run: Run, qrels: Qrels, measures: [Measure], queries chosen: [String]? = nil) {
    name = run.name
    self.measures = measures
    let judged = chosen.map { $0.filter { qrels.grades[$0] != nil }.sorted() } ?? qrels.queries
    queries = judged
    missing = judged.filter { (run.rankings[$0] ?? []).isEmpty }
    let rankings = judged.map { JudgedRanking(run.rankings[$0] ?? [], grades: qrels.grades[$0] ?? [:]) }
    values = measures.map { measure in rankings.map { measure.value(of: $0) } }
  }

  /// Scores that are known already.
  ///
  /// - Parameter values: shape `[measures, queries]`.
  package init(name: String, measures: [Measure], queries: [String], values: [[Double?]]) {
    precondition(values.count == measures.count, "\(values.count) rows for \(measures.count) measures")
    self.name = name
    self.measures = measures
    self.queries = queries
    self.values = values
    missing = []
  }

  /// Values of a measure by query; `nil` where the run was not scored by it.
  package func values(of measure: Measure) -> [String: Double]? {
    guard let row = measures.firstIndex(of: measure) else { return nil }
    var result: [String: Double] = [:]
    for (query, value) in zip(queries, values[row]) {
      if let value { result[query] = value }
    }
    return result
  }

  /// Mean over the queries for which the measure is defined; the sum, where it counts. `nil` without queries.
  package func mean(_ measure: Measure) -> Double? {
    guard let row = measures.firstIndex(of: measure) else { return nil }
    let defined = values[row].compactMap { $0 }
    guard !defined.isEmpty else { return nil }
    let sum = defined.reduce(0, +)
    return measure.isCount ? sum : sum / Double(defined.count)
  }
}
