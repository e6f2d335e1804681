/// Two runs over the same queries, by one measure.
package struct PairedComparison: Hashable, Sendable {
  package struct Difference: Hashable, Sendable {
    package var query: String
    package var baseline: Double
    package var candidate: Double

    package var difference: Double { candidate - baseline }
  }

  package let measure: Measure
  package let baseline: String
  package let candidate: String
  /// By query id; queries for which both have a value.
  package let differences: [Difference]
  package let baselineMean: Double
  package let candidateMean: Double
  /// Two-sided, of the paired randomisation test.
  package let pValue: Double
  /// Of the mean difference, 95 %; `nil` for fewer than two queries.
  package let interval: ConfidenceInterval?
  /// What the mean difference is above with 95 % confidence; `nil` for fewer than two queries.
  package let lowerBound: Double?

  /// - Throws: `EvaluationError.nothingToCompare` where no query has a value in both.
  package init(
    baseline: RunScores, candidate: RunScores, measure: Measure,
    test: RandomizationTest = RandomizationTest(),
    bootstrap: Bootstrap = Bootstrap()
  ) throws(EvaluationError) {
    let first = baseline.values(of: measure) ?? [:]
    let second = candidate.values(of: measure) ?? [:]
    let common = first.keys.filter { second[$0] != nil }.sorted()
    guard !common.isEmpty else {
      throw EvaluationError(
        .nothingToCompare,
        "'\(baseline.name)' and '\(candidate.name)' have no query with \(measure) in common: they must be runs of "
          + "one test collection, both scored by \(measure)")
    }
    self.measure = measure
    self.baseline = baseline.name
    self.candidate = candidate.name
    differences = common.map {
      Difference(query: $0, baseline: first[$0] ?? 0, candidate: second[$0] ?? 0)
    }
    let values = differences.map(\.difference)
    baselineMean = differences.reduce(0) { $0 + $1.baseline } / Double(common.count)
    candidateMean = differences.reduce(0) { $0 + $1.candidate } / Double(common.count)
    pValue = test.pValue(values)
    interval = bootstrap.interval(values)
    lowerBound = bootstrap.interval(values, level: 0.9)?.low
  }

  package var meanDifference: Double { candidateMean - baselineMean }
  package var wins: Int { differences.count { $0.difference > 0 } }
  package var losses: Int { differences.count { $0.difference < 0 } }
  package var ties: Int { differences.count { $0.difference == 0 } }

  /// Queries that gained most, most first.
  package func best(_ count: Int = 10) -> [Difference] {
    Array(
      differences.filter { $0.difference > 0 }
        .sorted { ($1.difference, $0.query) < ($0.difference, $1.query) }.prefix(count))
  }

  /// Queries that lost most, most first.
  package func worst(_ count: Int = 10) -> [Difference] {
    Array(
      differences.filter { $0.difference < 0 }
        .sorted { ($0.difference, $0.query) < ($1.difference, $1.query) }.prefix(count))
  }
}
