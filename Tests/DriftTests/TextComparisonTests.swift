import Drift
import Kernels
import Tables
import Testing

@Suite struct TextComparisonTests {
  private func texts(_ count: Int, seed: UInt64, topic: String? = nil) -> [String] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { index in
      let words = (0..<12).map { _ in "word\(generator.below(200))" }
      return (words + (index % 3 == 0 ? [topic ?? "word1"] : [])).joined(separator: " ")
    }
  }

  @Test func namesTheNewWord() throws {
    let result = try TextComparison(
      reference: texts(200, seed: 1), current: texts(200, seed: 2, topic: "Refund"))
    #expect(result.words.first?.word == "refund")
    #expect((result.words.first?.weight ?? 0) > 0)
    #expect(result.classifier.pValue < 0.01)
    #expect(result.classifier.areaUnderCurve > 0.6)
  }

  @Test func fewFalseAlarms() throws {
    let alarms = try (0..<40).count { seed in
      let result = try TextComparison(
        reference: texts(60, seed: UInt64(seed) * 2 + 100), current: texts(60, seed: UInt64(seed) * 2 + 101),
        permutations: 99)
      return result.classifier.pValue <= 0.05
    }
    #expect(alarms <= 6)
  }

  @Test(arguments: DriftProfile.allCases) func inATable(_ profile: DriftProfile) throws {
    func table(_ texts: [String]) throws -> Table { try Table(columns: [Column(name: "q", texts: texts)]) }
    let result = try DriftCheck(DriftSettings(profile: profile)).run(
      reference: table(texts(200, seed: 1)), current: table(texts(200, seed: 2, topic: "refund")))
    #expect(result.verdict == .drift)
    #expect(result.columns[0].words.first?.word == "refund")
  }
}
