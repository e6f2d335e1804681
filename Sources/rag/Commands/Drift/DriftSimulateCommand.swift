import ArgumentParser
import Evaluation
import Foundation
import HTTPService
import IndexStore

struct DriftSimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Live through a month with known changes, and see which alarms fire when.",
    discussion: """
      Documents and questions of a test collection (BEIR's layout) are used in a temporary home: a week that becomes \
      the baseline, a quiet week, four days in which two questions in five are of --shift, three quiet days, three days \
      after a third of the documents has gone, and four days with another model under the same name. Each day is a window.

      EXAMPLES
        rag drift simulate datasets/scifact --shift datasets/cranfield --report month.html
      """)

  @Argument(help: ArgumentHelp("Folder of a test collection.", valueName: "dir"))
  var directory: String

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Test collection whose questions are the other topic.", valueName: "dir"))
  var shift: String

  @Option(help: "Questions a day.")
  var questions = 150

  @Option(help: ArgumentHelp("Write the HTML report here.", valueName: "file"))
  var report: String?

  @Option(help: "Seed of what is asked.")
  var seed: UInt64 = 42

  func validate() throws {
    guard questions >= 100 else {
      throw ValidationError("--questions must be at least 100: fewer decide nothing")
    }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let test = try TestCollection(path: directory, split: nil)
    let other = try TestCollection(path: shift, split: nil)
    let made = try await EvaluatedCollection(
      named: nil, for: test, wiring: wiring, model: nil, quiet: global.quiet)
    let metrics = ServiceMetrics(version: RagCommand.configuration.version)
    let served = try await wiring.serviceWiring(made.home, metrics: metrics).open(made.name)
    var settings = try wiring.settings.driftMonitor()
    settings.windowSeconds = 86_400
    let simulation = DriftSimulation(
      served: served, home: made.home, name: made.name, questions: test.questions.map(\.text),
      shifted: other.questions.map(\.text), rate: questions, settings: settings, seed: seed)
    if !global.json { Terminal.out("day  phase         drift of (! alarms)") }
    let days = try await simulation.run { number, day in
      if !global.json { Terminal.out(Self.line(number, day)) }
    }
    if let report {
      let page = try DriftHistoryReport(
        test.name, windows: days.compactMap(\.window), examples: DriftExamples(home: made.home)
      ).html
      try Data(page.utf8).write(to: URL(fileURLWithPath: report), options: .atomic)
    }
    if global.json {
      let rows = try days.enumerated().map { number, day in
        "{\"day\":\(number + 1),\"phase\":\"\(day.phase.rawValue)\",\"window\":"
          + (try day.window.map(DriftMonitor.json) ?? "null") + "}"
      }
      Terminal.out("[" + rows.joined(separator: ",") + "]")
    }
  }

  private static func line(_ number: Int, _ day: DriftSimulation.Day) -> String {
    let found = day.window?.signals.filter { $0.verdict == .drift }.map {
      $0.signal.rawValue + ($0.isAlarm ? "!" : "")
    }
    return String(number + 1).padded(to: 5) + day.phase.rawValue.padded(to: 14)
      + (found.map { $0.isEmpty ? "none" : $0.joined(separator: " ") } ?? "")
  }
}
