import Kernels
import Tables

/// Compares a current table with a reference.
package struct DriftCheck: Sendable {
  package var settings: DriftSettings

  package init(_ settings: DriftSettings = DriftSettings()) {
    self.settings = settings
  }

  /// - Throws: `.mismatch` where the current table lacks a column or has it with another type.
  /// - Complexity: O(columns × rows) on `settings.threads` threads; the result doesn't depend on them.
  package func run(reference: Table, current: Table) throws(DriftError) -> DriftResult {
    var pairs: [(Column, Column)] = []
    for column in reference.columns {
      guard let other = current[column.name], other.type == column.type else {
        throw DriftError(
          .mismatch,
          "the current table has no column \(column.name) of type \(column.type.rawValue); "
            + "read it with the reference's schema")
      }
      pairs.append((column, other))
    }
    let inputs = pairs
    var columns = Parallel.map(inputs.count, threads: settings.threads) { index in
      examine(inputs[index].0, inputs[index].1)
    }
    switch settings.profile {
    case .strict: decideStrictly(&columns)
    case .evidently: decideAsEvidently(&columns)
    }
    let drifted = columns.count { $0.verdict == .drift }
    let tested = columns.count { $0.method != nil }
    let share = tested == 0 ? 0 : Double(drifted) / Double(tested)
    let verdict: Verdict =
      switch settings.profile {
      case .strict: Verdict.combined(columns.map(\.verdict))
      case .evidently: tested == 0 ? .insufficient : share >= settings.driftShare ? .drift : .none
      }
    return DriftResult(
      settings: settings, verdict: verdict, referenceRows: reference.rowCount,
      currentRows: current.rowCount, driftedColumns: drifted, driftedShare: share, columns: columns)
  }

  /// The statistics of one column, not yet a verdict.
  private func examine(_ reference: Column, _ current: Column) -> ColumnResult {
    let missing = (reference.missingCount, current.missingCount)
    let rows = (reference.rowCount, current.rowCount)
    var result = ColumnResult(
      name: reference.name, type: reference.type, threshold: settings.alpha,
      referenceMissingShare: Double(missing.0) / Double(max(1, rows.0)),
      currentMissingShare: Double(missing.1) / Double(max(1, rows.1)))
    if rows.0 > 0, rows.1 > 0 {
      result.missingP = ProportionTest.missing(missing.0, of: rows.0, missing.1, of: rows.1).pValue
    }
    do throws(DriftError) {
      switch (reference.values, current.values) {
      case (.numerical(let x, let areIntegersX), .numerical(let y, let areIntegersY)):
        let pair = try SamplePair(
          reference: Sample(x, areIntegers: areIntegersX), current: Sample(y, areIntegers: areIntegersY))
        examine(pair, &result)
      case (.categorical(let x, let namesX), .categorical(let y, let namesY)):
        let counts = try CategoryCounts(reference: (x, namesX), current: (y, namesY))
        result.newCategories = counts.new
        result.vanishedCategories = counts.vanished
        examine(counts, &result)
      case (.text(let x), .text(let y)):
        try examine(x.compactMap { $0 }, y.compactMap { $0 }, &result)
      default:
        throw DriftError(.mismatch, "the sides have other types")
      }
    } catch {
      result.problem = error.message
      result.verdict = .insufficient
    }
    return result
  }

  private func examine(_ pair: SamplePair, _ result: inout ColumnResult) {
    result.referenceCount = pair.n
    result.currentCount = pair.m
    result.distribution = Distribution(pair)
    let ks = KolmogorovSmirnov.distance(pair).statistic
    result.effect = ks
    if settings.profile == .evidently, pair.values.count <= 5 {
      chooseAsEvidently(CategoryCounts(pair), &result)
    } else if settings.profile == .evidently, pair.n > 1000 {
      apply(.wasserstein, NumericalDistances.normedWasserstein(pair), &result)
    } else {
      apply(.kolmogorovSmirnov, KolmogorovSmirnov.test(pair), &result)
    }
    if settings.profile == .strict { result.distances = DistanceNoise(seed: settings.seed).numerical(pair) }
  }

  private func examine(_ counts: CategoryCounts, _ result: inout ColumnResult) {
    result.referenceCount = counts.referenceTotal
    result.currentCount = counts.currentTotal
    result.distribution = Distribution(counts)
    result.effect = Divergences.totalVariation(counts.bins)
    if settings.profile == .evidently {
      chooseAsEvidently(counts, &result)
    } else {
      apply(.chiSquareTwoSample, ChiSquare.valid(counts, seed: settings.seed), &result)
      result.distances = DistanceNoise(seed: settings.seed).categorical(counts)
    }
  }

  private func examine(_ x: [String], _ y: [String], _ result: inout ColumnResult) throws(DriftError) {
    result.referenceCount = x.count
    result.currentCount = y.count
    // One thread: columns are examined side by side already.
    let comparison = try TextComparison(reference: x, current: y, seed: settings.seed, threads: 1)
    let area = comparison.classifier.areaUnderCurve
    result.words = comparison.words
    result.effect = 2 * area - 1
    if settings.profile == .evidently, x.count > 1000 {
      apply(.domainClassifier, area, &result)
      result.threshold = 0.55
    } else {
      apply(
        .domainClassifier, TestResult(statistic: area, pValue: comparison.classifier.pValue), &result)
    }
  }

  private func chooseAsEvidently(_ counts: CategoryCounts, _ result: inout ColumnResult) {
    if counts.referenceTotal > 1000 {
      apply(.jensenShannon, Divergences.jensenShannon(counts.bins), &result)
    } else if counts.names.count > 2 {
      apply(.chiSquareFixed, ChiSquare.againstFixedReference(counts), &result)
    } else {
      apply(.z, ProportionTest.z(counts), &result)
    }
  }

  private func apply(_ method: DriftMethod, _ test: TestResult, _ result: inout ColumnResult) {
    result.method = method
    result.statistic = test.statistic
    result.pValue = test.pValue
    result.score = test.pValue
    if settings.profile == .evidently { result.threshold = 0.05 }
  }

  private func apply(_ method: DriftMethod, _ distance: Double, _ result: inout ColumnResult) {
    result.method = method
    result.statistic = distance
    result.score = distance
    result.threshold = 0.1
  }

  private func decideStrictly(_ columns: inout [ColumnResult]) {
    let tested = columns.indices.filter { columns[$0].pValue != nil }
    let corrected = settings.adjustment.adjusted(tested.compactMap { columns[$0].pValue })
    for (index, q) in zip(tested, corrected) { columns[index].adjustedP = q }
    let missing = columns.indices.filter { columns[$0].missingP != nil }
    let missingQ = settings.adjustment.adjusted(missing.compactMap { columns[$0].missingP })
    var hasOtherMissing = [Bool](repeating: false, count: columns.count)
    for (index, q) in zip(missing, missingQ) {
      let change = abs(columns[index].referenceMissingShare - columns[index].currentMissingShare)
      hasOtherMissing[index] = q <= settings.alpha && change >= settings.effectFloor
    }
    for index in columns.indices where columns[index].problem == nil {
      let column = columns[index]
      if min(column.referenceCount, column.currentCount) < settings.minimumCount {
        columns[index].verdict = .insufficient
      } else if let q = column.adjustedP, q <= settings.alpha, (column.effect ?? 0) >= settings.effectFloor {
        columns[index].verdict = .drift
      } else if hasOtherMissing[index] || !column.newCategories.isEmpty {
        columns[index].verdict = .warning
      }
    }
  }

  private func decideAsEvidently(_ columns: inout [ColumnResult]) {
    for index in columns.indices {
      guard let method = columns[index].method, let score = columns[index].score else { continue }
      let threshold = columns[index].threshold
      let isDrift =
        switch method {
        case .kolmogorovSmirnov: score <= threshold
        case .chiSquareFixed, .chiSquareTwoSample, .z: score < threshold
        case .wasserstein, .jensenShannon: score >= threshold
        case .domainClassifier: columns[index].pValue == nil ? score > threshold : score < threshold
        }
      if isDrift { columns[index].verdict = .drift }
    }
  }
}
