import ArgumentParser
import Foundation
import HTTPService
import IndexStore
import Storage
import Tracking

extension ModelsCommand {
  static func tracking(_ global: GlobalOptions) throws -> TrackingStore {
    let wiring = try Wiring(global)
    return try wiring.tracking(wiring.openHome())
  }

  /// Who runs this, for the history.
  static var actor: String { ProcessInfo.processInfo.environment["USER"] ?? "cli" }

  struct Versions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List registered models, or the versions of one.",
      discussion: """
        EXAMPLES
          rag models versions
          rag models versions churn
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "Registered model; all where it is left out.") var name: String?

    func run() async throws {
      let tracking = try ModelsCommand.tracking(global)
      let models =
        try name.map { [try tracking.model($0)] }
        ?? tracking.searchModels(filter: nil, orderBy: [], limit: 1000, offset: 0).items
      var shown: [JSONValue] = []
      if models.isEmpty, !global.json { Terminal.out("No model is registered.") }
      for model in models {
        let quoted = model.name.replacing("'", with: "")
        let versions = try tracking.searchVersions(
          filter: "name = '\(quoted)'", orderBy: ["version_number DESC"], limit: 10_000, offset: 0
        ).items
        shown.append(json(model, versions))
        if global.json { continue }
        Terminal.out("\(model.name)\(model.description.isEmpty ? "" : ": \(model.description)")")
        for version in versions {
          let aliases = version.aliases.map { "@" + $0 }.joined(separator: " ")
          let stage = version.stage == .none ? "" : version.stage.rawValue
          Terminal.out(
            "  \(version.version)  \(TimeArgument.shown(Double(version.createdAt) / 1000))  "
              + [
                aliases, stage,
                version.digest.map { String(Hex.string($0).prefix(12)) } ?? "elsewhere",
              ]
              .filter { !$0.isEmpty }.joined(separator: "  "))
        }
      }
      if global.json { Terminal.out(JSONValue.object([("models", .array(shown))]).description) }
    }

    private func json(_ model: RegisteredModel, _ versions: [ModelVersion]) -> JSONValue {
      .object([
        ("name", .string(model.name)), ("description", .string(model.description)),
        (
          "versions",
          .array(
            versions.map { version in
              .object([
                ("version", .integer(Int(version.version))),
                ("aliases", .array(version.aliases.map { .string($0) })),
                ("stage", .string(version.stage.rawValue)), ("run_id", JSONValue(version.run)),
                ("source", .string(version.source)),
                ("digest", JSONValue(version.digest.map(Hex.string))),
                ("created_at", .number(Double(version.createdAt) / 1000)),
              ])
            })
        ),
      ])
    }
  }

  struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what happened to registered models, and whether the record is whole.",
      discussion: """
        Entries are chained by hashes: one that was changed or taken away is found; exit code 10 then. With --alias and --at \
        it says what an alias pointed to at a time.

        EXAMPLES
          rag models history churn
          rag models history churn --alias champion --at 2026-11-01
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "Registered model; all where it is left out.") var name: String?
    @Option(help: "Alias whose version is asked for.") var alias: String?
    @Option(help: ArgumentHelp("A date, or 12h, 7d ago.", valueName: "time")) var at: TimeArgument?
    @Option(help: "Entries, the newest first.") var limit = 100

    func validate() throws {
      if (alias == nil) != (at == nil) { throw ValidationError("--alias and --at go together") }
      if alias != nil, name == nil { throw ValidationError("--alias needs the name of a model") }
    }

    func run() async throws {
      let tracking = try ModelsCommand.tracking(global)
      if let name, let alias, let at {
        let version = try tracking.version(name, alias: alias, at: Int64(at.seconds * 1000))
        if global.json {
          Terminal.out(JSONValue.object([("version", JSONValue(version.map { Int($0) }))]).description)
        } else {
          Terminal.out(version.map { "version \($0)" } ?? "nothing")
        }
        return
      }
      let events = try tracking.history(of: name, limit: limit)
      let broken = try tracking.brokenHistory()
      let changed = try tracking.changedGates()
      if global.json {
        Terminal.out(
          JSONValue.object([
            ("events", .array(events.map(\.json))), ("first_broken", JSONValue(broken.map { Int($0) })),
            ("changed_gates", .array(changed.map { .integer(Int($0)) })),
          ]).description)
      } else {
        for event in events {
          let change =
            event.old != nil || event.new != nil
            ? " \(event.old ?? "–") → \(event.new.map { String($0.prefix(12)) } ?? "–")" : ""
          Terminal.out(
            "\(TimeArgument.shown(Double(event.at) / 1000))  \(event.model)  \(event.action.rawValue) \(event.subject)\(change)"
              + (event.actor.isEmpty ? "" : "  by \(event.actor)") + (event.reason.map { "  (\($0))" } ?? ""))
        }
      }
      if !changed.isEmpty {
        Terminal.note(
          "Records of gates are not what was written: \(changed.map(String.init).joined(separator: ", "))")
        throw ExitCode(10)
      }
      guard let broken else { return }
      Terminal.note("The history is not whole: entry \(broken) was changed, or one before it is gone.")
      throw ExitCode(10)
    }
  }

  struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Point an alias of a model back to the version before.",
      discussion: """
        The files of that version are read and compared with what was registered first, and a model of 'rag train' answers \
        its golden sample again. Where somebody else moves the alias meanwhile, nothing is moved. It is told which servers \
        have loaded the version already; others load it at the next request.

        EXAMPLES
          rag models rollback churn --reason "more false alarms"
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "Registered model.") var name: String
    @Option(help: "Alias.") var alias = "champion"
    @Option(help: "For the history.") var reason: String?
    @Flag(help: "Tell where it would lead, and check its files.") var dryRun = false

    func run() async throws {
      let tracking = try ModelsCommand.tracking(global)
      var target = try tracking.rollbackTarget(of: name, alias: alias)
      if target.to.digest != nil {
        try tracking.verifyFiles(of: target.to)
        try ModelsCommand.loader(global).verify(target.to)
      }
      if !dryRun {
        target = try tracking.rollBack(name, alias: alias, actor: ModelsCommand.actor, reason: reason)
      }
      let servers = try tracking.servers(of: name, target.to.version)
      if global.json {
        Terminal.out(
          JSONValue.object([
            ("model", .string(name)), ("alias", .string(alias)), ("from", .integer(Int(target.from))),
            ("to", .integer(Int(target.to.version))), ("moved", .bool(!dryRun)),
            ("loaded_by", .array(servers.map { .string($0) })),
          ]).description)
      } else {
        Terminal.out(
          "\(name)@\(alias): version \(target.from) → \(target.to.version)\(dryRun ? " (not moved)" : "")"
            + (servers.isEmpty ? "" : ", loaded by \(servers.joined(separator: ", "))"))
      }
    }
  }

  struct CollectGarbage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gc", abstract: "Remove the files of deleted runs and models.",
      discussion: """
        What an alias points to, or pointed to before, stays; so does what anything living has its files from.

        EXAMPLES
          rag models gc --dry-run
        """)
    @OptionGroup var global: GlobalOptions
    @Flag(help: "Tell what would go.") var dryRun = false

    func run() async throws {
      let collected = try ModelsCommand.tracking(global).collectGarbage(dryRun: dryRun)
      if global.json {
        Terminal.out(
          JSONValue.object([
            ("places", .array(collected.places.map { .string($0) })),
            ("freed_bytes", .integer(collected.freedBytes)),
          ]).description)
        return
      }
      for place in collected.places { Terminal.out((dryRun ? "would remove " : "removed ") + place) }
      if !dryRun { Terminal.out("\(collected.freedBytes) bytes were freed.") }
    }
  }
}
