import ArgumentParser
import Catalog
import Documents
import Embeddings
import HTTPService
import IndexStore
import Kernels

struct ReindexCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reindex",
    abstract: "Build all index files again from the text in the catalog; the sources are not needed.",
    discussion: """
      Segments from which nothing was deleted get the bytes that they had: what differs is reported.

      EXAMPLES
        rag reindex --collection main
      """)

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection.")
  var collection: String?

  @Option(help: "Embedding model by name.")
  var model: String?

  func run() async throws {
    let wiring = try Wiring(global)
    let home = try wiring.openHome()
    let name = wiring.collectionName(collection)
    let embedder = wiring.cached(
      try await wiring.embedder(named: model, for: wiring.configuration(of: name)), home: home)
    let writer = try CollectionWriter(name, in: home, threads: wiring.settings.threads, holder: "rag reindex")
    try writer.configuration.requireSameModel(as: embedder.identity, collection: name)
    let chunker = Chunker(options: writer.configuration.chunking) { embedder.countTokens($0) }
    let isQuiet = global.quiet
    let rebuilt = try await writer.rebuild(chunker: chunker) { texts in
      if !isQuiet { Terminal.note("embedding \(texts.count) chunks …") }
      return try await embedder.embed(texts, as: .passage).matrix
    }
    if global.json {
      Terminal.out(
        JSONValue.object([
          ("collection", .string(name)), ("segments", .integer(rebuilt.segments)),
          ("identical", .integer(rebuilt.identical)),
        ]).description)
    } else {
      Terminal.out(
        "\(name): \(rebuilt.segments) segments built again, \(rebuilt.identical) of them byte for byte as before"
      )
    }
  }
}
