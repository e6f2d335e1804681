import Drift
import Foundation
import Kernels
import Tables

/// How often each method calls drift, by rows and by how far the data moved: its false alarms and its power.
struct DriftPower {
  let trials: Int
  let alpha: Double
  let threads: Int

  /// Fixed bound of the distances, as is common.
  private static let threshold = 0.1

  /// Share of trials in which a method called drift.
  struct Rate {
    var kind: String
    var method: String
    var rows: Int
    var shift: Double
    var rate: Double
  }

  /// Numbers move by `shift` standard deviations; `shift / 4` of the categories become the first; `shift / 4` of the
  /// yes-and-no column become yes.
  func rates(rows: Int, shift: Double, seed: UInt64) throws -> [Rate] {
    var counts: [String: Int] = [:]
    var order: [String] = []
    func note(_ kind: String, _ method: String, _ isDrift: Bool) {
      let key = kind + "\t" + method
      if counts[key] == nil { order.append(key) }
      counts[key, default: 0] += isDrift ? 1 : 0
    }
    for trial in 0..<trials {
      var draw = DriftDraw(seed: seed &+ UInt64(trial) &* 7919)
      let numbers = (draw.normals(rows), draw.normals(rows).map { $0 + shift })
      let kinds = (draw.categories(rows, moved: 0), draw.categories(rows, moved: shift / 4))
      let answers = (draw.answers(rows, moved: 0), draw.answers(rows, moved: shift / 4))
      try numerical(numbers) { note("number", $0, $1) }
      try categorical(kinds, answers, note)
      var settings = DriftSettings()
      settings.alpha = alpha
      settings.threads = threads
      settings.seed = seed &+ UInt64(trial)
      let result = try DriftCheck(settings).run(
        reference: Table(columns: [
          Column(name: "number", numbers: numbers.0), Column(name: "category", categories: kinds.0),
        ]),
        current: Table(columns: [
          Column(name: "number", numbers: numbers.1), Column(name: "category", categories: kinds.1),
        ]))
      for column in result.columns {
        for distance in column.distances {
          note(column.name, "\(distance.name), above noise", distance.value > distance.noise)
        }
        // The corrected p of two columns is at least that of one: each alone here.
        let isFar = (column.effect ?? 0) >= settings.effectFloor
        note(column.name, "strict", (column.pValue ?? 1) <= alpha && isFar)
      }
    }
    return order.map { key in
      let parts = key.split(separator: "\t").map(String.init)
      return Rate(
        kind: parts[0], method: parts[1], rows: rows, shift: shift,
        rate: Double(counts[key] ?? 0) / Double(trials))
    }
  }

  private func numerical(
    _ sides: ([Double], [Double]), _ note: (String, Bool) -> Void
  ) throws(DriftError) {
    let pair = try SamplePair(sides.0, sides.1)
    let bins = SharedBins(pair)
    for (name, test) in [
      ("Kolmogorov-Smirnov", KolmogorovSmirnov.test), ("Mann-Whitney", MannWhitney.test),
      ("Welch", StudentTest.welch), ("Anderson-Darling", AndersonDarling.test),
      ("Cramér-von Mises", CramerVonMises.test),
    ] { note(name, (test(pair).pValue ?? 1) <= alpha) }
    for (name, distance) in [
      ("psi", Divergences.populationStability(bins)), ("kl", Divergences.kullbackLeibler(bins)),
      ("jensenshannon", Divergences.jensenShannon(bins)), ("hellinger", Divergences.hellinger(bins)),
      ("wasserstein", NumericalDistances.normedWasserstein(pair)),
      ("energy", NumericalDistances.energy(pair)),
    ] { note("\(name) ≥ \(Self.threshold)", distance >= Self.threshold) }
  }

  private func categorical(
    _ kinds: ([String?], [String?]), _ answers: ([String?], [String?]),
    _ note: (String, String, Bool) -> Void
  ) throws(DriftError) {
    let counts = try Self.counts(kinds)
    note("category", "chi-square, two samples", (ChiSquare.twoSample(counts).pValue ?? 1) <= alpha)
    note(
      "category", "chi-square, fixed reference",
      (ChiSquare.againstFixedReference(counts).pValue ?? 1) <= alpha)
    for (name, distance) in [
      ("psi", Divergences.populationStability), ("kl", Divergences.kullbackLeibler),
      ("jensenshannon", Divergences.jensenShannon), ("hellinger", Divergences.hellinger),
      ("total variation", Divergences.totalVariation),
    ] { note("category", "\(name) ≥ \(Self.threshold)", distance(counts.bins) >= Self.threshold) }
    let two = try Self.counts(answers)
    note("yes or no", "Z", (ProportionTest.z(two).pValue ?? 1) <= alpha)
    let (a, b) = (two.reference[0], two.current[0])
    note(
      "yes or no", "Fisher",
      FisherExact.pValue(a, two.referenceTotal - a, b, two.currentTotal - b) <= alpha)
  }

  private static func counts(_ sides: ([String?], [String?])) throws(DriftError) -> CategoryCounts {
    let names = Array(Set((sides.0 + sides.1).compactMap { $0 })).sorted()
    func tally(_ values: [String?]) -> [Int] { names.map { name in values.filter { $0 == name }.count } }
    return try CategoryCounts(
      names: names.map(CategoryName.init), reference: tally(sides.0), current: tally(sides.1))
  }
}

/// Seeded data of known kinds.
struct DriftDraw {
  private var generator: SplitMix64

  init(seed: UInt64) {
    generator = SplitMix64(seed: seed)
  }

  /// Standard normal.
  ///
  /// - Source: Box, Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29, 1958.
  mutating func normals(_ count: Int) -> [Double] {
    (0..<count).map { _ in
      let (u, v) = (Double.random(in: Double.leastNonzeroMagnitude..<1, using: &generator), unit())
      return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
  }

  /// Of a skewed positive kind, as amounts and times are.
  mutating func exponentials(_ count: Int) -> [Double] { (0..<count).map { _ in -log(1 - unit()) } }

  mutating func categories(_ count: Int, moved: Double) -> [String?] {
    (0..<count).map { _ in unit() < moved ? "a" : ["a", "b", "c", "d", "e"][Int(unit() * 5)] }
  }

  mutating func answers(_ count: Int, moved: Double) -> [String?] {
    (0..<count).map { _ in unit() < moved || unit() < 0.3 ? "yes" : "no" }
  }

  private mutating func unit() -> Double { Double.random(in: 0..<1, using: &generator) }
}
