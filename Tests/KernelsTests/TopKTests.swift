import Kernels
import TestSupport
import Testing

@Suite struct TopKTests {
  @Test(arguments: [0, 1, 2, 3, 10, 100, 1000])
  func keepsWhatSortingWouldKeep(capacity: Int) {
    var generator = SeededGenerator(seed: UInt64(capacity) + 1)
    for _ in 0..<20 {
      // Few distinct scores, so that ties are common.
      let offers = (0..<300).map {
        ScoredOrdinal(ordinal: $0, score: Float(Int.random(in: 0..<40, using: &generator)))
      }
      var top = TopK(capacity: capacity)
      for offer in offers.shuffled(using: &generator) { top.offer(offer) }
      #expect(top.sorted() == Array(offers.sorted(by: ScoredOrdinal.ranks).prefix(capacity)))
    }
  }
}
