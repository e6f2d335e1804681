import ArgumentParser
import Foundation

struct RagCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rag",
    abstract:
      "Answers from your own documents, with citations, and measurements that tell whether they are good.",
    discussion: """
      EXAMPLES
        rag models pull                     fetch the embedding model, once
        rag ingest docs/                    read, cut, embed and index a folder
        rag query "How do we roll back?"    an answer with citations
        rag search "rollback" --top-k 5     the passages alone
        rag serve                           the same over HTTP, with a web page
        rag eval docs/eval --collection main   measure retrieval and answers
        rag drift check --collection main   tell whether documents, questions or the model have moved
        rag train churn.csv --target churned   train a model on a table, and record it
        rag predict churn rows.csv          score rows with a registered model
        rag doctor                          check everything on disk

      EXIT CODES
        0 ok, 1 error, 2 usage, 10 a check failed, 11 warning, 12 too little data
      """,
    version: "0.1.0",
    subcommands: [
      IngestCommand.self, SearchCommand.self, QueryCommand.self, ExplainCommand.self, EmbedCommand.self,
      CollectionsCommand.self, SourcesCommand.self, DocumentsCommand.self, ModelsCommand.self,
      DoctorCommand.self, CompactCommand.self,
      ReindexCommand.self, EvalCommand.self, DriftCommand.self, ScheduleCommand.self, ServeCommand.self,
      TrainCommand.self, PredictCommand.self, KeysCommand.self, PromptsCommand.self, MCPCommand.self,
      BenchCommand.self,
    ])
}
