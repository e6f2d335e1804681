import ArgumentParser

/// Options that every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Folder that holds all state (default ./indexes, or RAG_HOME).", valueName: "dir"))
  var home: String?

  @Option(
    help: ArgumentHelp(
      "Configuration file (default ./rag.yaml if it is there, or RAG_CONFIG).", valueName: "file"))
  var config: String?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "No progress and notes on standard error.")
  var quiet = false
}
