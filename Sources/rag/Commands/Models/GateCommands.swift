import ArgumentParser
import Crypto
import Foundation
import HTTPService
import IndexStore
import Storage
import Tracking
import Training
import Yams

extension ModelsCommand {
  struct Gate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Judge a version by a policy, on rows that were held out, beside the version that serves.",
      discussion: """
        The record is kept for ever, and 'rag models promote' asks for it. A policy is YAML:

          thresholds: [roc_auc >= 0.8, log_loss <= 0.5]
          champion: {measure: roc_auc, require: not_worse, margin: 0.01}
          slices: {columns: [region], threshold: roc_auc >= 0.7, least_rows: 30}
          calibration_error: 0.1
          latency_p99_ms: 5
          size_mib: 50
          clean_leakage: true
          approvals: 1

        EXAMPLES
          rag models gate churn/3 --policy gate.yaml --data held-out.csv

        EXIT CODES
          0 let through, 1 error, 2 usage, 10 not let through
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "NAME/VERSION, or NAME for its newest version.") var model: String
    @Option(help: ArgumentHelp("What is demanded.", valueName: "file")) var policy: String
    @Option(help: ArgumentHelp("Rows that no model was trained on.", valueName: "file")) var data: String
    @Option(help: "Alias that the version wants.") var alias = ModelLoader.championAlias

    func run() async throws {
      if try !isPassed() { throw ExitCode(10) }
    }

    // Not inside `run`: Swift 6.3.1 crashes while it splits that coroutine.
    private func isPassed() throws -> Bool {
      let wiring = try Wiring(global)
      let tracking = try ModelsCommand.tracking(global)
      let loader = try ModelsCommand.loader(global)
      let version = try ModelsCommand.newest(try ModelReference(model), tracking)
      let policy = try Self.policy(at: policy)
      let file = try TableFile(data)
      let digest = Hex.string(SHA256.hash(data: file.bytes))
      let champion = try tracking.model(version.model).aliases[alias].map {
        try tracking.version(version.model, $0)
      }
      let record = try ModelGate(policy, threads: wiring.settings.threads).judge(
        try Self.candidate(version, loader),
        champion: try champion.map { try Self.candidate($0, loader) },
        data: try file.table(),
        dataDigest: digest, approvals: try tracking.approvals(of: version.model, version.version).count,
        earlierUses: try tracking.gates(onData: digest))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let json = String(decoding: try encoder.encode(record), as: UTF8.self)
      let id = try tracking.recordGate(
        ModelGateEntry(
          actor: ModelsCommand.actor, model: version.model, version: version.version, alias: alias,
          champion: champion?.version, digest: version.digest ?? [], dataDigest: digest,
          isPassed: record.isPassed,
          record: json))
      if global.json {
        Terminal.out(#"{"gate":\#(id),"passed":\#(record.isPassed),"record":\#(json)}"#)
      } else {
        for check in record.checks {
          Terminal.out("\(check.isPassed ? "ok    " : "failed") \(check.name): \(check.message)")
        }
        Terminal.out(
          "gate \(id): \(version.model) version \(version.version) \(record.isPassed ? "may" : "may not") become \(alias)"
        )
      }
      if record.earlierUses > 0 {
        Terminal.note(
          "This file has judged \(record.earlierUses) times before: the more often it chooses, the less it tells. "
            + (record.earlierUses >= 20 ? "Hold out fresh rows." : ""))
      }
      return record.isPassed
    }

    private static func candidate(_ version: ModelVersion, _ loader: ModelLoader) throws
      -> ModelGate.Candidate
    {
      let artifact = try loader.artifact(version)
      return ModelGate.Candidate(
        name: version.model, version: Int(version.version), artifact: artifact,
        model: try loader.model(artifact))
    }

    private static func policy(at path: String) throws -> GatePolicy {
      let text = String(decoding: try TableFile(path).bytes, as: UTF8.self)
      do {
        let known = GatePolicy.CodingKeys.allCases.map(\.rawValue)
        for (key, value) in try Yams.compose(yaml: text)?.mapping ?? [:] {
          guard let key = key.string, known.contains(key) else {
            throw UsageError(
              "\(path): \(key.string ?? "?") is not known; \(known.sorted().joined(separator: ", ")) are")
          }
          let inner =
            key == "champion"
            ? GatePolicy.Champion.CodingKeys.allCases.map(\.rawValue)
            : key == "slices" ? GatePolicy.Slices.CodingKeys.allCases.map(\.rawValue) : nil
          for (part, _) in inner == nil ? [:] : value.mapping ?? [:]
          where inner?.contains(part.string ?? "") != true {
            throw UsageError("\(path): \(key).\(part.string ?? "?") is not known")
          }
        }
        return try YAMLDecoder().decode(GatePolicy.self, from: text)
      } catch let error as UsageError {
        throw error
      } catch {
        throw UsageError("\(path): \(error)")
      }
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Approve a version that somebody else made.",
      discussion: """
        EXAMPLES
          rag models approve churn/3 --reason "read the slices"
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "NAME/VERSION.") var model: String
    @Option(help: "For the history.") var reason: String?

    func run() async throws {
      let tracking = try ModelsCommand.tracking(global)
      let version = try ModelsCommand.newest(try ModelReference(model), tracking)
      try tracking.approve(version.model, version.version, actor: ModelsCommand.actor, reason: reason)
      let count = try tracking.approvals(of: version.model, version.version).count
      Terminal.out(
        global.json
          ? JSONValue.object([
            ("model", .string(version.model)), ("version", .integer(Int(version.version))),
            ("approvals", .integer(count)),
          ]).description : "\(version.model) version \(version.version): \(count) approved")
    }
  }

  struct Promote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a version serve that its gate let through.",
      discussion: """
        Its files are read and its golden sample is asked first. Where the alias has moved since the gate compared, nothing \
        is moved: run the gate again.

        EXAMPLES
          rag models promote churn/3

        EXIT CODES
          0 promoted, 1 error, 2 usage, 10 no gate let it through
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "NAME/VERSION, or NAME for its newest version.") var model: String
    @Option(help: "Alias.") var alias = ModelLoader.championAlias
    @Option(help: "For the history.") var reason: String?

    func run() async throws {
      let tracking = try ModelsCommand.tracking(global)
      let version = try ModelsCommand.newest(try ModelReference(model), tracking)
      try ModelsCommand.loader(global).verify(version)
      let gate: ModelGateEntry
      do {
        gate = try tracking.promote(
          version.model, version.version, alias: alias, actor: ModelsCommand.actor, reason: reason)
      } catch {
        guard error.code == .invalid || error.code == .conflict else { throw error }
        Terminal.note(error.message)
        throw ExitCode(10)
      }
      Terminal.out(
        global.json
          ? JSONValue.object([
            ("model", .string(version.model)), ("alias", .string(alias)),
            ("version", .integer(Int(version.version))),
            ("from", JSONValue(gate.champion.map { Int($0) })), ("gate", .integer(Int(gate.id))),
          ]).description
          : "\(version.model)@\(alias): version \(gate.champion.map(String.init) ?? "–") → \(version.version), by gate \(gate.id)"
      )
    }
  }

  /// The version that is named, or the newest.
  static func newest(_ reference: ModelReference, _ tracking: TrackingStore) throws -> ModelVersion {
    guard reference.choice == .serving else { return try ModelLoader(tracking).version(reference) }
    let name = reference.name.replacing("'", with: "")
    _ = try tracking.model(reference.name)
    guard
      let newest = try tracking.searchVersions(
        filter: "name = '\(name)'", orderBy: ["version_number DESC"], limit: 1, offset: 0
      ).items.first
    else { throw TrackingError(.missing, "'\(reference.name)' has no version") }
    return newest
  }
}
