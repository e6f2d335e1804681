import ArgumentParser
import Evaluation
import Foundation
import HTTPService

extension TrainCommand {
  struct Abstention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Learn the confidence below which no answer is given.",
      discussion: """
        Needs questions of which some can't be answered from the documents. The threshold is chosen on one half, and judged on \
        the other by the mean of the shares that are rightly answered and rightly refused, beside the present threshold.

        EXAMPLES
          rag train abstention corpus/eval --collection main
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var retrieval: RetrievalOptions
    @Argument(help: ArgumentHelp("Folder of a test collection.", valueName: "dir")) var directory: String

    func validate() throws {
      if retrieval.collection == nil {
        throw ValidationError("--collection is needed: what is learned serves one")
      }
    }

    func run() async throws {
      let wiring = try Wiring(global)
      let own = try await JudgedCollection(
        directory, split: nil, collection: retrieval.collection, options: retrieval, wiring: wiring,
        quiet: global.quiet)
      var query = own.query
      query.topK = wiring.settings.file.retrieval?.topK ?? 5
      let line = ProgressLine(isQuiet: global.quiet)
      let questions = own.test.answerable
      let items = try await AnswerEvaluation(
        opened: own.opened, settings: wiring.settings, query: query, qrels: own.test.qrels
      ).run(questions) { line.show("\($0)/\(questions.count) questions") }
      line.finish()
      let outcomes = items.map(\.outcome).filter { $0.isAnswerable != nil }
      let learned = outcomes.filter { TestCollection.isLearned($0.query) }
      let held = outcomes.filter { !TestCollection.isLearned($0.query) }
      for half in [learned, held] {
        guard half.count(where: { $0.isAnswerable == true }) >= 5,
          half.count(where: { $0.isAnswerable == false }) >= 5
        else {
          Terminal.note("Error: each half needs at least 5 questions that can be answered and 5 that can't")
          throw ExitCode(12)
        }
      }
      guard let best = ThresholdCalibration.best(on: learned) else { throw ExitCode(12) }
      let present = own.opened.learned.current.threshold ?? wiring.settings.answererParameters().threshold
      let comparison = HeldOutComparison(
        "\(own.test.name), held out", measure: "balanced abstention", before: values(held, present),
        after: values(held, best.threshold))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      try LearnedRun(.abstention, of: own.evaluated, [comparison]).register(
        ["abstention.json": Array(try encoder.encode(AbstentionRecord(threshold: best.threshold)))],
        parameters: [
          ("threshold", "\(best.threshold)"), ("before", "\(present)"), ("questions", "\(learned.count)"),
        ], test: own.test, isJSON: global.json)
    }

    /// Whether each question is treated rightly, weighted so that the mean is the balanced rate.
    private func values(_ outcomes: [AnswerOutcome], _ threshold: Double) -> [Double] {
      let answerable = Double(outcomes.count { $0.isAnswerable == true })
      let count = Double(outcomes.count)
      return outcomes.map { outcome in
        let isAnswered = outcome.text != nil && outcome.confidence >= threshold
        let kind = outcome.isAnswerable == true ? answerable : count - answerable
        return isAnswered == outcome.isAnswerable ? count / (2 * kind) : 0
      }
    }
  }
}
