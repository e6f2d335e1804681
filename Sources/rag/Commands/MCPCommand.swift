import ArgumentParser
import Foundation
import HTTPService

struct MCPCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mcp",
    abstract:
      "Serve the tools search, query, get_document and list_collections on standard input and output.",
    discussion: """
      For clients of the Model Context Protocol that start their servers themselves: one JSON-RPC message a line. It
      ends with its input. Messages for people go to standard error.

      EXAMPLES
        rag mcp --home indexes
        rag mcp --collection team
      """)

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection of calls that name none.")
  var collection: String?

  func run() async throws {
    let service = try await Wiring(global).service(
      host: nil, port: nil, collection: collection, logLevel: global.quiet ? .none : .warning)
    let server = ToolServer(local: service)
    for await line in Self.lines where !line.isEmpty {
      if let answer = await server.answer(Array(line.utf8)) { Terminal.out(answer.description) }
    }
    service.finish()
  }

  /// Lines of standard input, read on a thread of their own: reading waits, and nothing else should.
  private static var lines: AsyncStream<String> {
    AsyncStream { continuation in
      Thread.detachNewThread {
        while let line = readLine(strippingNewline: true) { continuation.yield(line) }
        continuation.finish()
      }
    }
  }
}
