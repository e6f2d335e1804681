import ArgumentParser
import HTTPService

struct DriftHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "List the windows that were checked.",
    discussion: """
      EXAMPLES
        rag drift history --collection main
        rag drift history --limit 7 --json
      """)

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection that is watched.")
  var collection: String?

  @Option(help: "Most windows to list, the newest.")
  var limit = 31

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let windows = try DriftSession(wiring).monitor.history(
      of: wiring.collectionName(collection), limit: limit)
    if global.json {
      Terminal.out(
        "[" + (try windows.map { try DriftMonitor.json($0.withoutMaps) }).joined(separator: ",") + "]")
      return
    }
    if windows.isEmpty { Terminal.out("No window was checked yet.") }
    for window in windows {
      let found = window.signals.filter { $0.verdict == .drift }
        .map { $0.signal.rawValue + ($0.isAlarm ? "!" : "") }.joined(separator: " ")
      Terminal.out(
        "\(TimeArgument.shown(window.startsAt))  baseline \(window.baseline)  "
          + window.verdict.rawValue.padded(to: 14) + found)
    }
  }
}
