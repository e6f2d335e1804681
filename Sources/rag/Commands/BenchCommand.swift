import ArgumentParser

/// Measures the engines; the drivers in `Benchmarks/` run it beside its peers.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the engines alone or from end to end.",
    discussion: """
      Each prints one JSON object. The programs in Benchmarks/engines/ run them beside other libraries.
      """,
    shouldDisplay: false,
    subcommands: [
      BenchEmbedCommand.self, BenchANNCommand.self, BenchLexicalCommand.self, BenchIngestCommand.self,
      BenchQueryCommand.self, BenchPathsCommand.self,
    ])
}
