import ArgumentParser
import HTTPService
import IndexStore

struct CompactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: "Merge segments into one and remove the bytes of deleted documents.",
    discussion: """
      EXAMPLES
        rag compact
        rag compact --collection team --json
      """)

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection (default: all).")
  var collection: String?

  func run() async throws {
    let wiring = try Wiring(global)
    let home = try wiring.openHome()
    let names = try collection.map { [$0] } ?? home.catalog.collections().map(\.name)
    var rows: [JSONValue] = []
    for name in names {
      let writer = try CollectionWriter(
        name, in: home, threads: wiring.settings.threads, holder: "rag compact")
      let before = writer.segmentCount
      try writer.compact()
      rows.append(
        .object([
          ("name", .string(name)), ("segments_before", .integer(before)),
          ("segments_after", .integer(writer.segmentCount)),
        ]))
      if !global.json { Terminal.out("\(name): \(before) segments became \(writer.segmentCount)") }
    }
    if global.json { Terminal.out(JSONValue.object([("collections", .array(rows))]).description) }
  }
}
