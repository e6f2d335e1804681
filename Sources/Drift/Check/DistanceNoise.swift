import Kernels

/// Distances of a column with their noise floors.
///
/// A floor shrinks with the rows as their square root; where a side was sampled, it is that of the sample, so it errs
/// high. With 200 permutations the quantile itself stands between the 91% and the 98% quantile (95% interval).
struct DistanceNoise {
  static let permutations = 200
  static let sampleSize = 2000

  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
  }

  /// Normed Wasserstein distance, population stability index and Jensen-Shannon distance.
  ///
  /// - Complexity: O(values + permutations × sample).
  func numerical(_ pair: SamplePair) -> [DistanceResult] {
    let bins = SharedBins(pair)
    let sampled = sample(pair)
    let scale = max(
      pair.reference.populationStandardDeviation, NumericalDistances.standardDeviationFloor)
    // Bins of the whole column, so that the floor is that of the distance beside it.
    let binOf = Self.places(of: sampled.values, edges: bins.edges, among: pair.values)
    var draw = LabelPermutation(
      totals: zip(sampled.reference, sampled.current).map { $0 + $1 },
      referenceTotal: sampled.reference.reduce(0, +), seed: seed)
    let n = Double(sampled.reference.reduce(0, +))
    let m = Double(sampled.current.reduce(0, +))
    var found: [[Double]] = [[], [], []]
    for _ in 0..<Self.permutations {
      let (reference, current) = draw.next()
      var left = [Int](repeating: 0, count: bins.referenceCounts.count)
      var right = left
      var area = 0.0
      var difference = 0.0
      for index in sampled.values.indices {
        if index > 0 { area += (sampled.values[index] - sampled.values[index - 1]) * abs(difference) }
        difference += Double(reference[index]) / n - Double(current[index]) / m
        left[binOf[index]] += reference[index]
        right[binOf[index]] += current[index]
      }
      let drawn = SharedBins(referenceCounts: left, currentCounts: right)
      found[0].append(area / scale)
      found[1].append(Divergences.populationStability(drawn))
      found[2].append(Divergences.jensenShannon(drawn))
    }
    return [
      DistanceResult(
        name: "wasserstein", value: NumericalDistances.normedWasserstein(pair), noise: Self.quantile(found[0])
      ),
      DistanceResult(
        name: "psi", value: Divergences.populationStability(bins), noise: Self.quantile(found[1])),
      DistanceResult(
        name: "jensenshannon", value: Divergences.jensenShannon(bins), noise: Self.quantile(found[2])),
    ]
  }

  /// Population stability index, Jensen-Shannon distance and total variation.
  ///
  /// - Complexity: O(categories + permutations × (sample + categories)).
  func categorical(_ counts: CategoryCounts) -> [DistanceResult] {
    var generator = SplitMix64(seed: seed)
    let reference = Self.thinned(counts.reference, &generator)
    let current = Self.thinned(counts.current, &generator)
    var draw = LabelPermutation(
      totals: zip(reference, current).map { $0 + $1 }, referenceTotal: reference.reduce(0, +), seed: seed)
    let distances: [(name: String, of: (SharedBins) -> Double)] = [
      ("psi", Divergences.populationStability), ("jensenshannon", Divergences.jensenShannon),
      ("total_variation", Divergences.totalVariation),
    ]
    var found = [[Double]](repeating: [], count: distances.count)
    for _ in 0..<Self.permutations {
      let (left, right) = draw.next()
      let bins = SharedBins(referenceCounts: left, currentCounts: right)
      for (index, distance) in distances.enumerated() { found[index].append(distance.of(bins)) }
    }
    return zip(distances, found).map { distance, values in
      DistanceResult(name: distance.name, value: distance.of(counts.bins), noise: Self.quantile(values))
    }
  }

  private func sample(_ pair: SamplePair) -> (values: [Double], reference: [Int], current: [Int]) {
    var generator = SplitMix64(seed: seed)
    let reference = Self.thinned(pair.referenceCounts, &generator)
    let current = Self.thinned(pair.currentCounts, &generator)
    let kept = pair.values.indices.filter { reference[$0] + current[$0] > 0 }
    return (kept.map { pair.values[$0] }, kept.map { reference[$0] }, kept.map { current[$0] })
  }

  /// Counts of a seeded sample of the rows, drawn without replacement in one pass.
  ///
  /// - Source: Knuth, The Art of Computer Programming 2, section 3.4.2, algorithm S.
  private static func thinned(_ counts: [Int], _ generator: inout SplitMix64) -> [Int] {
    var left = counts.reduce(0, +)
    guard left > sampleSize else { return counts }
    var wanted = sampleSize
    return counts.map { count in
      var drawn = 0
      for _ in 0..<count {
        if generator.below(left) < wanted {
          wanted -= 1
          drawn += 1
        }
        left -= 1
      }
      return drawn
    }
  }

  /// The bin of each value, where there are edges; else its place among the distinct values.
  private static func places(of values: [Double], edges: [Double], among all: [Double]) -> [Int] {
    var place = 0
    return values.map { value in
      if edges.isEmpty {
        while all[place] < value { place += 1 }
      } else {
        while place + 2 < edges.count, value >= edges[place + 1] { place += 1 }
      }
      return place
    }
  }

  private static func quantile(_ values: [Double]) -> Double {
    Distribution.quantile(values.sorted(), 0.95)
  }
}
