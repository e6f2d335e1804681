import Drift
import Foundation
import TestSupport
import Testing

@Suite struct RankBiasedOverlapTests {
  /// Worked out by hand: one, one and three items in common at the three depths.
  @Test func aValueWorkedOutByHand() {
    let value = RankBiasedOverlap.extrapolated(["a", "b", "c"], ["a", "c", "b"], persistence: 0.9)
    #expect(abs(value - (0.1 / 0.9 * (0.9 + 0.5 * 0.81 + 0.729) + 0.729)) < 1e-15)
  }

  @Test func endsOfTheScale() {
    #expect(RankBiasedOverlap.extrapolated([1, 2, 3], [1, 2, 3]) == 1)
    #expect(RankBiasedOverlap.extrapolated([1, 2, 3], [4, 5, 6]) == 0)
    #expect(RankBiasedOverlap.extrapolated([Int](), []) == 1)
    #expect(RankBiasedOverlap.extrapolated([1], []) == 0)
    // The head counts most.
    let head = RankBiasedOverlap.extrapolated([1, 2, 3, 4], [9, 2, 3, 4])
    let tail = RankBiasedOverlap.extrapolated([1, 2, 3, 4], [1, 2, 3, 9])
    #expect(head < tail)
  }

  /// Equation (32) of the source as it stands, with sets at each depth.
  @Test func equalsTheDefinition() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let items = Array(0..<15)
      let a = Array(items.shuffled(using: &generator).prefix(Int.random(in: 1...12, using: &generator)))
      let b = Array(items.shuffled(using: &generator).prefix(Int.random(in: 1...12, using: &generator)))
      let p = Double.random(in: 0.5...0.98, using: &generator)
      let got = RankBiasedOverlap.extrapolated(a, b, persistence: p)
      #expect(abs(got - Self.definition(a, b, p)) < 1e-12)
      #expect(abs(got - RankBiasedOverlap.extrapolated(b, a, persistence: p)) < 1e-12)
      #expect((0...1).contains(got))
    }
  }

  private static func definition(_ x: [Int], _ y: [Int], _ p: Double) -> Double {
    let (short, long) = x.count <= y.count ? (x, y) : (y, x)
    let (s, l) = (short.count, long.count)
    func common(_ depth: Int) -> Double {
      Double(Set(short.prefix(depth)).intersection(long.prefix(depth)).count)
    }
    let ends = common(s)
    let first = (1...l).reduce(0) { $0 + common($1) / Double($1) * pow(p, Double($1)) }
    let second = (s..<l).reduce(0.0) { sum, place in
      let depth = Double(place + 1)
      return sum + ends * (depth - Double(s)) / (Double(s) * depth) * pow(p, depth)
    }
    return (1 - p) / p * (first + second) + ((common(l) - ends) / Double(l) + ends / Double(s))
      * pow(p, Double(l))
  }
}
