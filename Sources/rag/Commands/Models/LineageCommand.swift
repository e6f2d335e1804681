import ArgumentParser
import Crypto
import Foundation
import HTTPService
import Storage
import Tracking

extension ModelsCommand {
  struct Lineage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell where a version comes from and what came from it, or what was made from a file.",
      discussion: """
        EXAMPLES
          rag models lineage churn
          rag models lineage churn/3
          rag models lineage --data churn.csv
        """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "NAME, NAME/VERSION or NAME@ALIAS.") var model: String?
    @Option(help: "A file, or the digest of data: the versions that were trained on it.") var data: String?

    func validate() throws {
      guard (model == nil) != (data == nil) else {
        throw ValidationError("Name a model, or --data with a file or a digest")
      }
    }

    func run() async throws {
      let tracking = try ModelsCommand.tracking(global)
      if let data {
        try show(try tracking.versions(madeFrom: try Self.digest(data)), of: data)
        return
      }
      let version = try ModelLoader(tracking).version(try ModelReference(model ?? ""))
      let lineage = try tracking.lineage(of: version.model, version.version)
      if global.json {
        Terminal.out(lineage.json.description)
        return
      }
      for (name, value) in lineage.lines {
        Terminal.out(name.padding(toLength: 16, withPad: " ", startingAt: 0) + value)
      }
    }

    private static func digest(_ data: String) throws -> String {
      guard FileManager.default.fileExists(atPath: data) else {
        guard data.count >= 8, data.allSatisfy(\.isHexDigit) else {
          throw UsageError("\(data) is neither a file nor a digest")
        }
        return data
      }
      return Hex.string(SHA256.hash(data: try TableFile(data).bytes))
    }

    private func show(_ versions: [ModelVersion], of data: String) throws {
      if global.json {
        Terminal.out(
          JSONValue.object([("versions", .array(versions.map { .string($0.reference) }))]).description)
      } else if versions.isEmpty {
        Terminal.out("No registered version was made from \(data).")
      } else {
        for version in versions { Terminal.out(version.reference) }
      }
    }
  }
}

extension VersionLineage {
  /// For people: name and value of each line.
  fileprivate var lines: [(String, String)] {
    var lines = [("version", version.reference)]
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { lines.append((name, value)) }
    }
    add("files", version.digest.map { Hex.string($0) })
    add("run", version.run)
    for dataset in run?.datasets ?? [] {
      lines.append(("data", "\(dataset.name) \(dataset.digest) \(dataset.source)"))
    }
    add("split seed", run?.parameters["seed"])
    add("configuration", run?.tags[TrackingStore.configurationTag])
    add("program", run?.tags[TrackingStore.binaryTag])
    let isDirty = run?.tags[TrackingStore.changesTag] == "true"
    add("code commit", run?.tags[TrackingStore.commitTag].map { $0 + (isDirty ? ", with changes" : "") })
    add("made to replace", parents.map(\.reference).joined(separator: ", "))
    add("replaced by", children.map(\.reference).joined(separator: ", "))
    return lines
  }
}
