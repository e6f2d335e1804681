import ArgumentParser
import Catalog
import HTTPService
import IndexStore
import Storage

struct DocumentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "documents",
    abstract: "List and delete documents of a collection; show what is read from a file.",
    discussion: """
      EXAMPLES
        rag documents list
        rag documents list --below handbook/ops --json
        rag documents delete handbook/old.md
      """,
    subcommands: [List.self, Read.self, Delete.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List documents by their identities.",
      discussion: """
        A document that is STALE answers with its last good version: its file cannot be read now, and is tried again at
        each ingest.

        EXAMPLES
          rag documents list --collection team
          rag documents list --below handbook/ops --json
        """)
    @Option(help: "Only this folder or mail, and what is below it.") var below: String?
    @Option(name: .shortAndLong, help: "Collection.") var collection: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let wiring = try Wiring(global)
      let home = try wiring.openHome()
      let name = wiring.collectionName(collection)
      guard let record = try home.catalog.collection(named: name) else {
        _ = try DocumentCollection(name, in: home)
        return
      }
      let place = DocumentPath(below.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? "")
      let documents = try home.catalog.documents(of: record.id).filter { DocumentPath($0.id).isWithin(place) }
      if global.json {
        Terminal.out(
          JSONValue.object([
            ("collection", .string(name)), ("documents", .array(documents.map { .object($0.members) })),
          ]).description)
        return
      }
      for document in documents { Terminal.out(document.line) }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete documents: from then on nothing of them answers.",
      discussion: """
        Files on disk stay, and later ingests of their folder pass over them ('rag ingest --restore-deleted' takes them
        again). What is attached to a mail goes with it.

        EXAMPLES
          rag documents delete handbook/old.md
          rag documents delete mails/offer.eml/price.xlsx --collection team --json
        """)
    @Argument(help: "Identities, as 'rag documents list' shows them.") var ids: [String]
    @Option(name: .shortAndLong, help: "Collection.") var collection: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let wiring = try Wiring(global)
      let home = try wiring.openHome()
      let name = wiring.collectionName(collection)
      var deleted: [String] = []
      var missing: [String] = []
      for id in ids {
        let version = try home.deleteDocument(
          id, from: name, threads: wiring.settings.threads, holder: "rag documents delete")
        if version == nil { missing.append(id) } else { deleted.append(id) }
      }
      if global.json {
        Terminal.out(
          JSONValue.object([
            ("collection", .string(name)), ("deleted", .array(deleted.map { .string($0) })),
            ("missing", .array(missing.map { .string($0) })),
          ]).description)
      } else {
        for id in deleted { Terminal.out("\(id): deleted") }
        for id in missing { Terminal.note("Error: there is no document '\(id)' in collection '\(name)'") }
      }
      if !missing.isEmpty { throw ExitCode(1) }
    }
  }
}
