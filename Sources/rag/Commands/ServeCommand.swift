import ArgumentParser
import Embeddings
import Foundation
import HTTPService
import IndexStore
import Retrieval
import Transport

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve questions, searches and uploads over HTTP, with a web page.",
    discussion: """
      Listens on this machine alone unless told otherwise; another address needs a key ('rag keys create'). Settings of
      section 'server' in the configuration hold where no flag is given. SIGTERM ends it in order: what runs is
      finished, nothing new is taken on.

      EXAMPLES
        rag serve
        rag serve --port 8080 --collection team
        rag serve --host 0.0.0.0 --log-level info
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: "Address to listen on (default 127.0.0.1).")
  var host: String?

  @Option(help: "Port (default 7700); 0 takes a free one.")
  var port: Int?

  @Option(name: .shortAndLong, help: "Collection of requests that name none.")
  var collection: String?

  @Option(help: "Log of requests on standard error: debug, info, warning, error or none.")
  var logLevel: AccessLog.Level = .warning

  func validate() throws {
    if let port, !(0...65535).contains(port) {
      throw ValidationError("--port must be from 0 to 65535, not \(port)")
    }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let service = try await wiring.service(host: host, port: port, collection: collection, logLevel: logLevel)
    let scheme = service.configuration.tlsCertificate == nil ? "http" : "https"
    let host = service.configuration.host
    do {
      try service.requireKeyBeyondLoopback()
    } catch let error as ServiceError {
      // To start it again would not help: whoever runs it must do something.
      throw UsageError(error.message)
    }
    let isJSON = global.json
    let isQuiet = global.quiet
    try await service.run { port in
      let shown = host.contains(":") ? "[\(host)]" : host
      if isJSON {
        Terminal.out(
          JSONValue.object([("url", .string("\(scheme)://\(shown):\(port)")), ("port", .integer(port))])
            .description)
      } else if !isQuiet {
        Terminal.note(
          "Serving on \(scheme)://\(shown):\(port) — the page, /query, /v1, /mcp. Ctrl-C ends it.")
      }
    }
  }
}

extension AccessLog.Level: ExpressibleByArgument {}
