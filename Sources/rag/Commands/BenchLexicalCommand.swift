import ArgumentParser

struct BenchLexicalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "lexical", abstract: "Measure the BM25 index.")

  func run() async throws {
  }
}
