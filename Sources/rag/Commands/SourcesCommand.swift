import ArgumentParser
import HTTPService
import IndexStore

struct SourcesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources", abstract: "List, forget and move the folders that documents come from.",
    discussion: """
      A source is a folder that was ingested; 'rag ingest FOLDER' makes one. Its label begins the identities of its
      documents. A folder that holds the folder of another source takes that one's documents over.

      EXAMPLES
        rag sources list
        rag sources list --collection team --json
        rag sources move handbook /srv/new/handbook     the folder is at another place now
        rag sources forget handbook --yes               delete all documents of it; files stay
      """,
    subcommands: [List.self, Forget.self, Move.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the sources of a collection.",
      discussion: """
        EXAMPLES
          rag sources list
          rag sources list --collection team --json
        """)
    @Option(name: .shortAndLong, help: "Collection.") var collection: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let wiring = try Wiring(global)
      let name = wiring.collectionName(collection)
      let sources = try wiring.openHome().sources(of: name)
      if global.json {
        Terminal.out(
          JSONValue.object([
            ("collection", .string(name)), ("sources", .array(sources.map(\.json))),
          ]).description)
        return
      }
      if sources.isEmpty { Terminal.out("\(name) has no source yet: 'rag ingest FOLDER' makes one.") }
      for source in sources {
        Terminal.out(
          "\(source.source.label)  \(source.source.root)  \(source.files) files"
            + (source.source.isWhole ? "" : ", named one by one")
            + (source.stale > 0 ? ", \(source.stale) stale" : "")
            + (source.isThere ? "" : ", NOT THERE"))
      }
    }
  }

  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete a source with all its documents; files on disk stay.",
      discussion: """
        EXAMPLES
          rag sources forget handbook --yes
          rag sources forget /srv/handbook --collection team --yes --json
        """)
    @Argument(help: "Label or root.") var source: String
    @Flag(name: .shortAndLong, help: "Do it: without this flag nothing is deleted.") var yes = false
    @Option(name: .shortAndLong, help: "Collection.") var collection: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let wiring = try Wiring(global)
      guard yes else {
        throw UsageError("forgetting '\(source)' deletes its documents from the collection: give --yes")
      }
      let name = wiring.collectionName(collection)
      let count = try wiring.openHome().forgetSource(source, of: name, threads: wiring.settings.threads)
      Terminal.out(
        global.json
          ? JSONValue.object([
            ("collection", .string(name)), ("forgotten", .string(source)), ("files", .integer(count)),
          ]).description : "\(source): forgotten, \(count) files")
    }
  }

  struct Move: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that a source's folder is at another place now: identities and vectors stay.",
      discussion: """
        Move the folder first. Without this command a folder that was moved is recognised by its contents, under a new
        label.

        EXAMPLES
          rag sources move handbook /srv/new/handbook
          rag sources move /mnt/old /mnt/new --collection team --json
        """)
    @Argument(help: "Label or former root.") var source: String
    @Argument(help: "Where it is now.") var path: String
    @Option(name: .shortAndLong, help: "Collection.") var collection: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let wiring = try Wiring(global)
      let name = wiring.collectionName(collection)
      let moved = try wiring.openHome().moveSource(
        source, to: path, of: name, threads: wiring.settings.threads)
      Terminal.out(
        global.json
          ? JSONValue.object([
            ("collection", .string(name)), ("label", .string(moved.label)), ("root", .string(moved.root)),
          ]).description : "\(moved.label): now at \(moved.root)")
    }
  }
}

extension SourceSummary {
  var json: JSONValue {
    .object([
      ("label", .string(source.label)), ("root", .string(source.root)), ("whole", .bool(source.isWhole)),
      ("files", .integer(files)), ("stale", .integer(stale)), ("there", .bool(isThere)),
    ])
  }
}
