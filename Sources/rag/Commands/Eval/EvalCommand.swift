import ArgumentParser

struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure retrieval and answers, compare, and refuse what is worse.",
    discussion: """
      A test collection is a folder with queries.jsonl and qrels/test.tsv beside corpus.jsonl (BEIR's layout), or
      inside the folder of documents that it is about. Without --collection its documents are ingested into a
      temporary home first; with it, the collection is asked as it is, or made where it is missing.

      EXAMPLES
        rag eval datasets/scifact
        rag eval docs/eval --collection main --gate 'nDCG@10>=0.6' --gate 'citation_precision>=0.8'
        rag eval datasets/scifact --mode lexical --save-run lexical.trec --json
        rag eval docs/eval --collection main --gate 'nDCG@10 not-worse-than before by 0.01'
        rag eval --qrels test.qrels --run mine.trec --run other.trec
        rag eval history
        rag eval synth --collection main --review questions.yaml
        rag eval tune docs/eval --collection main

      EXIT CODES
        0 ok, 1 error, 2 usage, 10 a gate refused, 12 too little data
      """,
    subcommands: [
      EvalRunCommand.self, EvalHistoryCommand.self, EvalSynthCommand.self, EvalTuneCommand.self,
    ], defaultSubcommand: EvalRunCommand.self)
}
