import Drift
import Foundation
import Testing

/// Every named method on every column of the reference datasets.
@Suite struct ReferenceStatisticsTests {
  @Test(arguments: ["s1_small_mixed", "s2_large_mixed", "s3_edge_tiny"])
  func namedMethods(_ dataset: String) throws {
    let (reference, current) = try Fixtures.tables(dataset)
    let expected = try #require(
      try Fixtures.object("\(dataset)/expected.json")["columns"] as? [String: [String: Any]])
    var compared = 0
    for column in reference.columns {
      let other = try #require(current[column.name])
      let want = try #require(expected[column.name])
      let all = try #require(want["all"] as? [String: [String: Any]])
      let scipy = try #require(want["scipy"] as? [String: Any])
      #expect(
        isClose(
          Double(column.missingCount) / Double(column.rowCount),
          want["missing_share_reference"] as? Double ?? -1))
      compared += 1
      let pair = try Fixtures.pair(column, other)
      let counts = try Fixtures.counts(column, other) ?? pair.map { CategoryCounts($0) }
      for (method, entry) in all {
        let value = try score(method, pair, counts)
        guard let value else { continue }
        guard let score = entry["score"] as? Double else {
          #expect(value.score == nil, "\(column.name) \(method)")
          continue
        }
        let isNear =
          method == "cramer_von_mises" && score < 1e-7
          ? value.score == 1e-7
          : value.isP
            ? isCloseP(value.score ?? -1, score, relative: value.relative) : isClose(value.score ?? -1, score)
        #expect(isNear, "\(dataset) \(column.name) \(method): \(value.score ?? -1), expected \(score)")
        compared += 1
      }
      for (name, entry) in scipy {
        guard let want = entry as? Double, let value = try scipyValue(name, pair, counts, want) else {
          continue
        }
        #expect(value.isNear, "\(dataset) \(column.name) \(name): \(value.value), expected \(want)")
        compared += 1
      }
      if let pair, let bins = want["sturges_bins"] as? Int {
        #expect(SharedBins(pair).referenceCounts.count == bins)
        compared += 1
      }
      if let counts, let table = want["counts"] as? [String: [Int]] {
        // Not equal: two spellings of "é" are one key of a Swift dictionary.
        #expect(Set(table.values).isSubset(of: zip(counts.reference, counts.current).map { [$0, $1] }))
        compared += 1
      }
    }
    print("\(dataset): \(compared) values compared")
    #expect(compared > 60)
  }

  private func score(
    _ method: String, _ pair: SamplePair?, _ counts: CategoryCounts?
  ) throws -> (score: Double?, isP: Bool, relative: Double)? {
    func p(_ value: Double?, _ relative: Double = 1e-6) -> (Double?, Bool, Double) { (value, true, relative) }
    func d(_ value: Double) -> (Double?, Bool, Double) { (value, false, 0) }
    if let pair {
      switch method {
      case "ks": return p(KolmogorovSmirnov.test(pair).pValue)
      case "wasserstein": return d(NumericalDistances.normedWasserstein(pair))
      case "ed": return d(NumericalDistances.energy(pair))
      case "t_test": return p(StudentTest.student(pair).pValue)
      // Evidently asks scipy for one side only.
      case "mannw": return p(MannWhitney.lowerTail(pair))
      case "anderson": return p(AndersonDarling.test(pair).pValue)
      // scipy's series stops early: below 1e-7 its values are the truncation error.
      case "cramer_von_mises": return p(max(1e-7, CramerVonMises.test(pair).pValue ?? 1), 1e-4)
      case "psi": return d(Divergences.populationStability(SharedBins(pair)))
      case "kl_div": return d(Divergences.kullbackLeibler(SharedBins(pair)))
      case "jensenshannon": return d(Divergences.jensenShannon(SharedBins(pair)))
      case "hellinger": return d(Divergences.hellinger(.overDistinctValues(pair)))
      default: return nil
      }
    }
    guard let counts else { return nil }
    switch method {
    case "chisquare": return p(ChiSquare.againstFixedReference(counts).pValue)
    case "z": return p(ProportionTest.z(counts).pValue)
    case "psi": return d(Divergences.populationStability(counts.bins))
    case "kl_div": return d(Divergences.kullbackLeibler(counts.bins))
    case "jensenshannon": return d(Divergences.jensenShannon(counts.bins))
    case "hellinger": return d(Divergences.hellinger(counts.bins))
    default: return nil
    }
  }

  private func scipyValue(
    _ name: String, _ pair: SamplePair?, _ counts: CategoryCounts?, _ want: Double
  ) throws -> (value: Double, isNear: Bool)? {
    func value(_ value: Double?) -> (Double, Bool) { (value ?? -1, isClose(value ?? -1, want)) }
    func p(_ value: Double?, _ relative: Double = 1e-6) -> (Double, Bool) {
      (value ?? -1, isCloseP(value ?? -1, want, relative: relative))
    }
    if let pair {
      switch name {
      case "ks_statistic": return value(KolmogorovSmirnov.test(pair).statistic)
      case "ks_pvalue_auto": return p(KolmogorovSmirnov.test(pair).pValue)
      case "ks_pvalue_asymp":
        let effective = (Double(pair.n * pair.m) / Double(pair.n + pair.m)).rounded(.toNearestOrEven)
        let d = KolmogorovSmirnov.test(pair).statistic
        return p(KolmogorovDistribution.survival(d, count: Int(effective)), 1e-3)
      case "wasserstein_raw": return value(NumericalDistances.wasserstein(pair))
      case "ref_std_population": return value(pair.reference.populationStandardDeviation)
      case "welch_t_pvalue": return p(StudentTest.welch(pair).pValue)
      default: return nil
      }
    }
    guard let counts else { return nil }
    switch name {
    case "tvd": return value(Divergences.totalVariation(counts.bins))
    case "chi2_contingency_statistic": return value(ChiSquare.twoSample(counts).statistic)
    case "chi2_contingency_pvalue": return p(ChiSquare.twoSample(counts).pValue)
    case "fisher_exact_pvalue":
      return p(
        FisherExact.pValue(counts.reference[0], counts.reference[1], counts.current[0], counts.current[1]))
    default: return nil
    }
  }

  @Test(arguments: ["s1_small_mixed", "s2_large_mixed", "s3_edge_tiny"])
  func multipleTesting(_ dataset: String) throws {
    let entries = try #require(
      try Fixtures.object("\(dataset)/expected.json")["multiple_testing"] as? [String: [String: Double]])
    let names = entries.keys.sorted()
    let pValues = names.map { entries[$0]?["p"] ?? .nan }
    for (key, adjustment) in [
      ("bonferroni", PValueAdjustment.bonferroni), ("holm", .holm), ("bh", .benjaminiHochberg),
      ("by", .benjaminiYekutieli),
    ] {
      for (name, value) in zip(names, adjustment.adjusted(pValues)) {
        #expect(isClose(value, entries[name]?[key] ?? .nan), "\(dataset) \(name) \(key)")
      }
    }
  }
}
