import ArgumentParser

struct BenchANNCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ann", abstract: "Measure the vector index.")

  func run() async throws {
  }
}
