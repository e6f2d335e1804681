import Evaluation
import Storage
import Testing

@Suite struct AnswerScoresTests {
  private func outcome(
    _ query: String, answerable: Bool?, gold: [String] = [], relevant: [String] = [], text: String? = nil,
    cites: [(String, Bool)] = [], answered: Bool = true, confidence: Double
  ) -> AnswerOutcome {
    AnswerOutcome(
      query: query, isAnswerable: answerable, goldAnswers: gold,
      relevant: Set(relevant.map { DocumentPath($0) }), text: text,
      citations: cites.map { AnswerOutcome.Citation(document: $0.0, isFaithful: $0.1) }, sentences: 2,
      citedSentences: cites.isEmpty ? 0 : 1, isAnswered: answered, confidence: confidence)
  }

  @Test func handComputedScores() throws {
    let scores = AnswerScores([
      outcome(
        "a", answerable: true, gold: ["Nine bytes"], relevant: ["x", "y"], text: "It takes nine bytes. [1]",
        cites: [("x", true), ("z", true)], confidence: 0.9),
      outcome(
        "b", answerable: true, gold: ["blue"], relevant: ["x"], text: "It is red. [1]", cites: [("x", false)],
        confidence: 0.7),
      outcome("c", answerable: true, relevant: ["x"], text: "Held back.", answered: false, confidence: 0.3),
      outcome("d", answerable: false, text: "Made up. [1]", cites: [("x", true)], confidence: 0.6),
      outcome("e", answerable: false, text: "Weak.", answered: false, confidence: 0.1),
    ])
    #expect(scores.answerable == 3 && scores.unanswerable == 2)
    #expect(scores.citationPrecision == 0.75)
    #expect(scores.citationRecall == 0.75)
    #expect(scores.quoteFidelity == 0.75)
    #expect(scores.citedSentences == 0.5)
    #expect(scores.containment == 0.5)
    #expect(scores.answerRate == 2.0 / 3)
    #expect(scores.abstentionPrecision == 0.5)
    #expect(scores.abstentionRecall == 0.5)
    // By confidence: right, wrong (b), wrong (d), c has no gold and no citation: unknown; e is wrong.
    let risks: [Double] = [0, 0.5, 2.0 / 3, 0.75]
    #expect(scores.riskCoverage.points.map(\.risk) == risks)
    let area = try #require(scores.riskCoverage.area)
    #expect(abs(area - risks.reduce(0, +) / 4) < 1e-12)
  }

  @Test func nothingMeasuredIsNothingAndNotZero() {
    let scores = AnswerScores([])
    for item in scores.named { #expect(item.value == nil, "\(item.name)") }
    #expect(scores.calibration == nil)
  }

  @Test func theThresholdIsChosenOnOneHalfAndToldForTheOther() throws {
    var outcomes: [AnswerOutcome] = []
    for index in 0..<40 {
      outcomes.append(
        outcome("a\(index + 100)", answerable: true, text: "x", confidence: 0.5 + Double(index) / 100))
      outcomes.append(
        outcome("u\(index + 100)", answerable: false, text: "x", confidence: 0.1 + Double(index) / 100))
    }
    let calibration = try #require(AnswerScores(outcomes).calibration)
    #expect(calibration.threshold > 0.48 && calibration.threshold < 0.5)
    #expect(calibration.chosenHalf.balanced == 1)
    #expect(calibration.otherHalf.refused > 0.94)
    #expect(calibration.curve.first?.rates.answered == 1)
    #expect(calibration.curve.last?.rates.refused == 1)
    #expect(AnswerScores(outcomes.filter { $0.isAnswerable == true }).calibration == nil)
  }

  @Test(arguments: [
    ("nine bytes", "It takes Nine  bytes.", true), ("the cat", "A cat sat", true),
    ("cat sat", "cat [1] sat", true),
    ("sat cat", "cat sat", false), ("bytes", "megabytes", false), ("Über-Modell", "das uber modell", true),
    ("時間", "二時間です", true), ("", "anything", false),
  ])
  func containment(phrase: String, text: String, holds: Bool) {
    #expect(AnswerText.contains(phrase, in: text) == holds)
  }

  @Test func overlapCountsWords() {
    #expect(AnswerText.overlap("the red car", "red car") == 1)
    #expect(AnswerText.overlap("red red", "red") == 2.0 / 3)
    #expect(AnswerText.overlap("blue", "red") == 0)
  }

  @Test func aJudgeThatFailsIsMissing() throws {
    #expect(JudgeVerdicts.score(in: "Fine.\nSCORE: 4") == 0.75)
    #expect(JudgeVerdicts.score(in: "score=1 … Score: 5.") == 1)
    #expect(JudgeVerdicts.score(in: "SCORE: 7") == nil)
    #expect(JudgeVerdicts.score(in: "SCORE: 10") == nil)
    #expect(JudgeVerdicts.score(in: "no idea") == nil)
    let verdicts = [
      JudgeVerdicts([1, nil, 0.5]), JudgeVerdicts([nil, nil, nil]), JudgeVerdicts([0.25, 0.25, 0.25]),
    ]
    let summary = JudgeSummary(verdicts)
    #expect((summary.answers, summary.judged, summary.attempts, summary.valid) == (3, 2, 9, 5))
    #expect(summary.mean == 0.5)
    #expect(summary.spread == 0.25)
    #expect(JudgeSummary([verdicts[1]]).mean == nil)
  }
}
