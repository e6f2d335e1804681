import Retrieval
import Testing

@Suite struct FusionTests {
  let candidates = [
    FusionInput(lexicalScore: 10, denseScore: 0.2, lexicalRank: 1, denseRank: nil),
    FusionInput(lexicalScore: 0, denseScore: 0.8, lexicalRank: nil, denseRank: 1),
    FusionInput(lexicalScore: 5, denseScore: 0.5, lexicalRank: 2, denseRank: 2),
  ]

  @Test func zScoresByHand() {
    // BM25: mean 5, deviation √(50/3); cosine: mean 0.5, deviation √(0.18/3).
    let scores = FusionMethod.standard.scores(candidates)
    let lexical = 5 / (50.0 / 3).squareRoot()
    let dense = 0.3 / (0.18 / 3).squareRoot()
    let expected = [0.4 * lexical - 0.6 * dense, -0.4 * lexical + 0.6 * dense, 0]
    for (score, value) in zip(scores, expected) { #expect(abs(score - value) < 1e-6) }
  }

  @Test func minMaxByHand() {
    let scores = FusionMethod.minMax(lexicalWeight: 0.25).scores(candidates)
    for (score, value) in zip(scores, [0.25, 0.75, 0.5]) { #expect(abs(score - value) < 1e-12) }
  }

  @Test func reciprocalRanksByHand() {
    let scores = FusionMethod.reciprocalRank(k: 60).scores(candidates)
    for (score, value) in zip(scores, [1.0 / 61, 1.0 / 61, 2.0 / 62]) { #expect(abs(score - value) < 1e-12) }
  }

  @Test(arguments: [FusionMethod.standard, .minMax(lexicalWeight: 0.4), .reciprocalRank(k: 60)])
  func edges(method: FusionMethod) {
    #expect(method.scores([]).isEmpty)
    let same = FusionInput(lexicalScore: 1, denseScore: 1, lexicalRank: 1, denseRank: 1)
    #expect(method.scores([same, same]).allSatisfy { $0.isFinite })
    #expect(Set(method.scores([same, same])).count == 1)
  }
}
