import Drift
import Testing

/// Exact small-sample p-values, against scipy 1.17.1, and the fast paths against enumeration.
@Suite struct SmallSampleTests {
  let three = [1.1, 2.2, 3.3]
  let five = [0.5, 4.4, 5.5, 6.6, 7.7]
  let eight = [1.0, 3, 5, 7, 9, 11, 13, 15]
  let ten = [2.0, 4, 6, 20, 21, 22, 23, 24, 25, 26]

  @Test func mannWhitney() throws {
    let small = MannWhitney.test(try SamplePair(three, five))
    #expect(small.statistic == 3)
    #expect(isClose(small.pValue ?? -1, 0.25))
    let larger = MannWhitney.test(try SamplePair(eight, ten))
    #expect(larger.statistic == 18)
    #expect(isClose(larger.pValue ?? -1, 0.054527172174230996))
  }

  @Test func cramerVonMises() throws {
    let small = CramerVonMises.test(try SamplePair(three, five))
    #expect(isClose(small.statistic, 0.3458333333333332))
    #expect(isClose(small.pValue ?? -1, 0.14285714285714285))
    #expect(isClose(CramerVonMises.test(try SamplePair(eight, ten)).pValue ?? -1, 0.03336532748297454))
  }

  @Test func kolmogorovSmirnov() throws {
    #expect(isClose(KolmogorovSmirnov.test(try SamplePair(three, five)).pValue ?? -1, 0.14285714285714288))
    #expect(isClose(KolmogorovSmirnov.test(try SamplePair(eight, ten)).pValue ?? -1, 0.012020659079482611))
    #expect(KolmogorovSmirnov.test(try SamplePair(three, three)).pValue == 1)
  }

  /// All ways to part the pooled ranks into two sides.
  @Test(arguments: [(1, 1), (2, 3), (4, 4), (4, 6), (5, 5), (3, 9), (7, 5)])
  func everyArrangement(n: Int, m: Int) throws {
    var distances: [Double] = []
    for mask in 0..<(1 << (n + m)) where mask.nonzeroBitCount == n {
      var reference: [Double] = []
      var current: [Double] = []
      for rank in 0..<(n + m) {
        if mask >> rank & 1 == 1 { reference.append(Double(rank)) } else { current.append(Double(rank)) }
      }
      distances.append(KolmogorovSmirnov.test(try SamplePair(reference, current)).statistic)
    }
    for mask in stride(from: 0, to: 1 << (n + m), by: 7) where mask.nonzeroBitCount == n {
      var reference: [Double] = []
      var current: [Double] = []
      for rank in 0..<(n + m) {
        if mask >> rank & 1 == 1 { reference.append(Double(rank)) } else { current.append(Double(rank)) }
      }
      let result = KolmogorovSmirnov.test(try SamplePair(reference, current))
      let reached = distances.count { $0 >= result.statistic - 1e-12 }
      #expect(isClose(result.pValue ?? -1, Double(reached) / Double(distances.count), relative: 1e-12))
    }
  }

  @Test func emptySideIsAnError() {
    #expect { _ = try SamplePair([.nan, .infinity], [1]) } throws: { ($0 as? DriftError)?.code == .emptySide }
  }
}
