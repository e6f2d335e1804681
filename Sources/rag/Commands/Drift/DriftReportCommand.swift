import ArgumentParser
import Foundation
import HTTPService

struct DriftReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write the history of a collection as one HTML page.",
    discussion: """
      EXAMPLES
        rag drift report --collection main --output drift.html
      """)

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection that is watched.")
  var collection: String?

  @Option(name: .shortAndLong, help: "File to write.")
  var output = "drift.html"

  @Option(help: "Most windows to show, the newest.")
  var limit = 365

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let session = try DriftSession(wiring)
    let name = wiring.collectionName(collection)
    let windows = try session.monitor.history(of: name, limit: limit)
    let page = try DriftHistoryReport(name, windows: windows, examples: DriftExamples(home: session.home))
      .html
    do {
      try Data(page.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch {
      throw UsageError("\(output): cannot be written: \(error.localizedDescription)")
    }
    if global.json {
      Terminal.out(
        JSONValue.object([("output", .string(output)), ("windows", .integer(windows.count))]).description)
    } else {
      Terminal.out("\(output): \(windows.count) windows, \(page.utf8.count) bytes")
    }
  }
}
