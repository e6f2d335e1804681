import ArgumentParser

struct DriftCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift",
    abstract: "Tell whether documents, questions, the model or any data have moved.",
    discussion: """
      A collection is compared with its baseline, window by window: embeddings of what was ingested and asked, what \
      questions found, vectors of fixed texts (a changed model) and ranked lists of fixed questions (a changed index). \
      Files are compared with each other. Texts and vectors of questions are kept only with drift.keep_questions.

      EXAMPLES
        rag drift baseline --collection main
        rag drift check --collection main
        rag drift report --collection main --output drift.html
        rag drift check --reference last-month.csv --current today.csv
        rag drift check --reference old.npy --current new.npy --texts new.txt --report drift.html

      EXIT CODES
        0 no drift, 1 error, 2 usage, 10 drift, 11 warning, 12 too little data
      """,
    subcommands: [
      DriftCheckCommand.self, DriftBaselineCommand.self, DriftHistoryCommand.self, DriftReportCommand.self,
      DriftSimulateCommand.self,
    ], defaultSubcommand: DriftCheckCommand.self)
}
