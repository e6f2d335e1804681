import ArgumentParser
import Catalog
import HTTPService
import IndexStore

struct CollectionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collections", abstract: "List, show and delete collections.",
    discussion: """
      EXAMPLES
        rag collections list
        rag collections show main --json
        rag collections delete old --yes
      """,
    subcommands: [List.self, Show.self, Delete.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all collections.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let home = try Wiring(global).openHome()
      var rows: [CollectionSummary] = []
      for record in try home.catalog.collections() { rows.append(try CollectionSummary(record, home: home)) }
      if global.json {
        Terminal.out(JSONValue.object([("collections", .array(rows.map(\.json)))]).description)
        return
      }
      if rows.isEmpty { Terminal.out("There is no collection yet: 'rag ingest PATH' makes one.") }
      for row in rows {
        Terminal.out(
          "\(row.record.name): \(row.documents) documents, \(row.chunks) chunks, \(row.segments) segments")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one collection, its documents, and all that was not taken or not taken as it is.")
    @Argument(help: "Name.") var name: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let home = try Wiring(global).openHome()
      guard let record = try home.catalog.collection(named: name) else {
        _ = try DocumentCollection(name, in: home)
        return
      }
      let summary = try CollectionSummary(record, home: home)
      let documents = try home.catalog.documents(of: record.id)
      let untaken = try UntakenFiles(of: record, catalog: home.catalog)
      if global.json {
        Terminal.out(summary.detailed(documents: documents, untaken: untaken).description)
        return
      }
      let configuration = summary.configuration
      Terminal.out("name        \(record.name)")
      Terminal.out("version     \(record.version)")
      Terminal.out("documents   \(summary.documents) (\(summary.textBytes ?? 0) bytes of text)")
      Terminal.out("chunks      \(summary.chunks) in \(summary.segments) segments")
      Terminal.out(
        "model       \(configuration.embedding.model), \(configuration.embedding.dimension) dimensions")
      Terminal.out("weights     \(configuration.embedding.weightsHash)")
      Terminal.out("chunker     \(configuration.chunkerIdentity)")
      Terminal.out("analyzer    \(configuration.analyzer.identity)")
      for document in documents { Terminal.out("  \(document.line)") }
      for failure in untaken.failures { Terminal.out("  failed: \(failure.path): \(failure.reason)") }
      for item in untaken.skipped { Terminal.out("  skipped: \(item.path): \(item.reason)") }
      for note in untaken.notes {
        Terminal.out("  note: \(note.path)\(note.page.map { ", page \($0)" } ?? ""): \(note.note)")
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a collection with all it holds.")
    @Argument(help: "Name.") var name: String
    @Flag(name: .shortAndLong, help: "Do it: without this flag nothing is deleted.") var yes = false
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let home = try Wiring(global).openHome()
      guard yes else { throw UsageError("deleting '\(name)' cannot be undone: give --yes") }
      try home.deleteCollection(name)
      Terminal.out(
        global.json ? JSONValue.object([("deleted", .string(name))]).description : "\(name): deleted")
    }
  }
}

extension CollectionSummary {
  func detailed(documents: [DocumentRecord], untaken: UntakenFiles) -> JSONValue {
    .object(
      members + [
        ("document_list", .array(documents.map { .object($0.members) })),
        ("failures", .array(untaken.failures.map(\.json))),
        ("stale", .array(untaken.stale.map(\.staleJSON))),
        ("skipped", .array(untaken.skipped.map(\.json))), ("notes", .array(untaken.notes.map(\.json))),
      ])
  }
}

/// All of a collection's files that were not taken, or not taken as they are.
struct UntakenFiles {
  var failures: [FailureRecord]
  var stale: [FileRecord]
  var skipped: [SkippedRecord]
  var notes: [NoteRecord]

  init(of collection: CollectionRecord, catalog: Catalog) throws {
    failures = try catalog.failures(of: collection.id)
    stale = try catalog.staleFiles(of: collection.id)
    skipped = try catalog.skipped(of: collection.id)
    notes = try catalog.notes(of: collection.id)
  }
}

extension DocumentRecord {
  /// A line of a list.
  var line: String {
    let state = stale.map { "  STALE, tried \($0.tries) times: \($0.reason)" } ?? ""
    return id + (title.map { "  " + $0 } ?? "") + state
  }
}
