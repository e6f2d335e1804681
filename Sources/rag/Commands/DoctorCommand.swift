import ArgumentParser
import Embeddings
import HTTPService
import IndexStore

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check everything on disk, and print the command that mends what is wrong.",
    discussion: """
      Reads every byte: the catalog's own checks, rows against folders, checksums, the inner order of each index,
      leftovers of crashes (removed on the way), and the models that collections need. Exit code 10 when something is
      wrong.

      EXAMPLES
        rag doctor
        rag doctor --json
      """)

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let wiring = try Wiring(global)
    let home = try wiring.openHome()
    var report = try Doctor(home: home).examine()
    let store = ModelStore(root: wiring.settings.modelsFolder)
    for collection in report.collections where collection.model.pooling != .provider {
      do {
        try store.verify(name: collection.model.model)
        let identity = try ModelDirectory(path: store.directory(of: collection.model.model))
          .identity(profile: collection.model.profile)
        if identity != collection.model {
          report.problems.append(
            DoctorReport.Problem(
              place: collection.name,
              what: "the installed model '\(identity.model)' is not the one that made its vectors",
              remedy: "install the model with weights \(collection.model.weightsHash.prefix(12)) with "
                + "'rag models add DIR --name \(collection.model.model)', or ingest into a new collection"))
        }
      } catch {
        report.problems.append(
          DoctorReport.Problem(
            place: collection.name, what: error.message, remedy: "rag models pull"))
      }
    }
    if global.json {
      Terminal.out(report.json.description)
    } else {
      for collection in report.collections {
        Terminal.out(
          "\(collection.name): \(collection.documents) documents, \(collection.chunks) chunks, "
            + "\(collection.segments) segments checked")
        if collection.failures + collection.stale + collection.skipped + collection.notes > 0 {
          Terminal.out(
            "  not taken or not as it is: \(collection.failures) files failed (\(collection.stale) of them answer with "
              + "their last good version), \(collection.skipped) were skipped, \(collection.notes) notes: "
              + "'rag collections show \(collection.name)' names them")
        }
      }
      for item in report.removed { Terminal.out("removed what a crash had left: \(item)") }
      for problem in report.problems {
        Terminal.out("PROBLEM in \(problem.place): \(problem.what)\n  mend it with: \(problem.remedy)")
      }
      if report.problems.isEmpty { Terminal.out("All is well.") }
    }
    if !report.problems.isEmpty { throw ExitCode(10) }
  }
}

extension DoctorReport {
  var json: JSONValue {
    .object([
      ("ok", .bool(problems.isEmpty)),
      (
        "collections",
        .array(
          collections.map {
            .object([
              ("name", .string($0.name)), ("documents", .integer($0.documents)),
              ("chunks", .integer($0.chunks)),
              ("segments", .integer($0.segments)), ("failures", .integer($0.failures)),
              ("stale", .integer($0.stale)), ("skipped", .integer($0.skipped)), ("notes", .integer($0.notes)),
            ])
          })
      ),
      ("removed", .array(removed.map { .string($0) })),
      (
        "problems",
        .array(
          problems.map {
            .object([
              ("place", .string($0.place)), ("what", .string($0.what)), ("remedy", .string($0.remedy)),
            ])
          })
      ),
    ])
  }
}
