/// Measures of answers that need no judge.
package struct AnswerScores: Hashable, Sendable {
  package let questions: Int
  package let answerable: Int
  package let unanswerable: Int
  /// Means over the answers that were given; `nil` where nothing could be measured.
  package let citationPrecision: Double?
  package let citationRecall: Double?
  /// Share of sentences with a citation.
  package let citedSentences: Double?
  /// Share of citations whose quote is the source's bytes.
  package let quoteFidelity: Double?
  /// Share of answerable questions with a gold answer whose answer, given or held back, holds it.
  package let containment: Double?
  /// Mean word F1 against the best gold answer, over the same questions.
  package let overlap: Double?
  /// Share of answerable questions that were answered.
  package let answerRate: Double?
  /// Of the abstentions, the share on questions without an answer.
  package let abstentionPrecision: Double?
  /// Of the questions without an answer, the share of abstentions.
  package let abstentionRecall: Double?
  package let calibration: ThresholdCalibration?
  package let riskCoverage: RiskCoverage

  /// - Complexity: O(n log n).
  package init(_ outcomes: [AnswerOutcome]) {
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    func share(_ part: Int, of whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
    questions = outcomes.count
    let known = outcomes.filter { $0.isAnswerable == true }
    let unknown = outcomes.filter { $0.isAnswerable == false }
    answerable = known.count
    unanswerable = unknown.count
    let given = outcomes.filter { $0.isAnswered && $0.text != nil }
    citationPrecision = mean(given.compactMap(\.citationPrecision))
    citationRecall = mean(given.compactMap(\.citationRecall))
    citedSentences = share(
      given.reduce(0) { $0 + $1.citedSentences }, of: given.reduce(0) { $0 + $1.sentences })
    let citations = given.flatMap(\.citations)
    quoteFidelity = share(citations.count(where: \.isFaithful), of: citations.count)
    let gold = known.filter { !$0.goldAnswers.isEmpty }
    containment = share(gold.count { $0.containsGold == true }, of: gold.count)
    overlap = mean(
      gold.map { item in item.goldAnswers.map { AnswerText.overlap(item.text ?? "", $0) }.max() ?? 0 })
    answerRate = share(known.count(where: \.isAnswered), of: known.count)
    let abstained = outcomes.filter { !$0.isAnswered && $0.isAnswerable != nil }
    abstentionPrecision = share(abstained.count { $0.isAnswerable == false }, of: abstained.count)
    abstentionRecall = share(unknown.count { !$0.isAnswered }, of: unknown.count)
    calibration = ThresholdCalibration(outcomes)
    riskCoverage = RiskCoverage(outcomes)
  }

  /// What gates can ask for.
  package static let names = AnswerScores([]).named.map(\.name)

  /// Name and value of each score, in the order in which they are told; names are what gates ask for.
  package var named: [(name: String, value: Double?)] {
    [
      ("citation_precision", citationPrecision), ("citation_recall", citationRecall),
      ("cited_sentences", citedSentences), ("quote_fidelity", quoteFidelity),
      ("answer_containment", containment), ("answer_overlap", overlap), ("answer_rate", answerRate),
      ("abstention_precision", abstentionPrecision), ("abstention_recall", abstentionRecall),
      ("aurc", riskCoverage.area),
    ]
  }
}
