import ArgumentParser

struct BenchEmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Measure the embedding model.")

  func run() async throws {
  }
}
