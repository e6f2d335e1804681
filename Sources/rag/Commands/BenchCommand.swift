import ArgumentParser

/// Measures the engines; from end to end, or one hot path alone.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the engines alone or from end to end.",
    discussion: """
      Each prints one JSON object.
      """,
    shouldDisplay: false,
    subcommands: [
      BenchANNCommand.self, BenchDriftCommand.self, BenchEmbedCommand.self, BenchIngestCommand.self,
      BenchLexicalCommand.self,
      BenchPathsCommand.self, BenchQueryCommand.self,
    ])
}
