import Catalog
import Evaluation
import Foundation
import IndexStore

/// Evaluations that are kept in a home: rows in the catalog, files in a folder of each.
struct KeptRuns {
  let home: HomeFolder

  static let runFile = "run.trec"
  static let reportFile = "report.html"
  static let resultFile = "result.json"

  /// No collection can have this name.
  func folder(of id: String) -> String { home.path + "/_runs/" + id }

  static func newID() -> String {
    UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
  }

  /// Writes the files, then the row: a row never names files that are not there.
  func keep(_ run: TrackedRun, files: [(name: String, text: String)]) throws {
    let folder = folder(of: run.id)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for file in files {
      try Data(file.text.utf8).write(to: URL(fileURLWithPath: folder + "/" + file.name), options: .atomic)
    }
    try home.catalog.keep(run)
  }

  /// A baseline: a run file, or a kept run by identity or name.
  ///
  /// - Throws: `UsageError` where there is neither.
  static func baseline(_ name: String, home: HomeFolder?) throws -> Run {
    if FileManager.default.fileExists(atPath: name) {
      return try run(file: name)
    }
    if let home, let kept = try home.catalog.trackedRun(name) {
      let path = KeptRuns(home: home).folder(of: kept.id) + "/" + runFile
      var run = try run(file: path)
      run.name = kept.name == name ? name : "\(kept.name) (\(name.prefix(8)))"
      return run
    }
    throw UsageError(
      "'\(name)' is neither a run file nor a kept run. 'rag eval history' lists the kept ones")
  }

  static func run(file path: String) throws -> Run {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("\(path): the run file cannot be read")
    }
    return try Run(text: String(decoding: data, as: UTF8.self), name: path)
  }
}
