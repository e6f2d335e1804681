import ArgumentParser
import Catalog
import Foundation
import HTTPService

extension KeyScope: ExpressibleByArgument {}

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Make, list and revoke keys of the HTTP service.",
    discussion: """
      From the first key on every request needs one. A running server knows new and revoked keys within a second. A key
      is shown once, when it is made; only its hash is kept.

      EXAMPLES
        rag keys create page --scope query
        rag keys create loader --scope ingest --scope query --expires-days 90
        rag keys create hr --scope query --label hr --label public --rate-limit 60
        rag keys list
        rag keys revoke 3f9a61c2b07e
      """,
    subcommands: [Create.self, List.self, Revoke.self], defaultSubcommand: List.self)

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a key, and show it once.")
    @Argument(help: "Name, for people and metrics.") var name: String
    @Option(help: "query, ingest or admin; give it again for more (default query).") var scope: [KeyScope] =
      []
    @Option(help: "Access label; give it again for more. With none the key sees everything.") var label:
      [String] = []
    @Flag(help: "The key sees only documents that carry no label.") var unlabelledOnly = false
    @Option(help: "Requests a minute.") var rateLimit: Int?
    @Option(help: "Days until it ends.") var expiresDays: Double?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if let rateLimit, rateLimit < 1 { throw ValidationError("--rate-limit must be at least 1") }
      if let expiresDays, expiresDays <= 0 { throw ValidationError("--expires-days must be above 0") }
      if unlabelledOnly, !label.isEmpty {
        throw ValidationError("Give --label or --unlabelled-only, not both.")
      }
      if name.isEmpty || name.utf8.count > 64 { throw ValidationError("The name must have 1 to 64 bytes.") }
    }

    func run() async throws {
      let home = try Wiring(global).openHome(createIfMissing: true)
      let made = try ServiceKeys.make(
        name: name, scopes: Set(scope.isEmpty ? [.query] : scope),
        labels: label.isEmpty && !unlabelledOnly ? nil : label, rateLimit: rateLimit,
        expiresAt: expiresDays.map { Date().timeIntervalSince1970 + $0 * 86_400 }, in: home.catalog)
      if global.json {
        guard case .object(let members) = made.record.json else { return }
        Terminal.out(JSONValue.object(members + [("key", .string(made.key))]).description)
        return
      }
      Terminal.out(made.key)
      if !global.quiet { Terminal.note("Keep it: it is not shown again. Its id is \(made.record.id).") }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the keys.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let keys = try Wiring(global).openHome().catalog.keys()
      if global.json {
        Terminal.out(JSONValue.object([("keys", .array(keys.map(\.json)))]).description)
        return
      }
      if keys.isEmpty { Terminal.out("There is no key: whoever reaches the server may do all.") }
      for key in keys {
        let scopes = key.scopes.sorted().map(\.rawValue).joined(separator: ",")
        let labels =
          key.labels.map { "labels " + ($0.isEmpty ? "none" : $0.joined(separator: ",")) } ?? "sees all"
        Terminal.out("\(key.id)  \(key.name.padded(to: 20))\(scopes)  \(labels)  \(key.state)")
      }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Revoke a key.")
    @Argument(help: "Id of the key.") var id: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let catalog = try Wiring(global).openHome().catalog
      guard try catalog.key(id) != nil else {
        throw UsageError("there is no key '\(id)': 'rag keys list' shows them")
      }
      let isNew = try catalog.revokeKey(id)
      if global.json {
        Terminal.out(JSONValue.object([("revoked", .string(id)), ("changed", .bool(isNew))]).description)
      } else {
        Terminal.out(isNew ? "\(id): revoked" : "\(id): was revoked already")
      }
    }
  }
}

extension KeyRecord {
  fileprivate var state: String {
    if revokedAt != nil { return "revoked" }
    guard let expiresAt else { return "active" }
    return expiresAt <= Date().timeIntervalSince1970 ? "expired" : "active until \(Self.day(expiresAt))"
  }

  private static func day(_ time: Double) -> String {
    Date(timeIntervalSince1970: time).ISO8601Format(.iso8601.year().month().day())
  }

  fileprivate var json: JSONValue {
    .object([
      ("id", .string(id)), ("name", .string(name)),
      ("scopes", .array(scopes.sorted().map { .string($0.rawValue) })),
      ("labels", labels.map { .array($0.map { .string($0) }) } ?? .null),
      ("rate_limit", JSONValue(rateLimit)),
      ("created_at", .number(createdAt)), ("expires_at", JSONValue(expiresAt)),
      ("revoked_at", JSONValue(revokedAt)),
    ])
  }
}
