import ArgumentParser
import Catalog
import Evaluation
import Foundation
import HTTPService
import Reports

struct EvalHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "List the evaluations that were kept, and draw how a measure went.",
    discussion: """
      EXAMPLES
        rag eval history
        rag eval history --experiment scifact --measure nDCG@10 --svg history.svg
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: "Only runs of this test collection.")
  var experiment: String?

  @Option(help: "Measure to show.")
  var measure = "nDCG@10"

  @Option(help: "Most runs to list.")
  var limit = 50

  @Option(
    help: ArgumentHelp("Draw the measure over time, a line for each test collection.", valueName: "file"))
  var svg: String?

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let runs = try wiring.openHome().catalog.trackedRuns(experiment: experiment, limit: limit)
    if let svg {
      let drawing = plot(runs.reversed()).svg
      do {
        try Data(drawing.utf8).write(to: URL(fileURLWithPath: svg), options: .atomic)
      } catch {
        throw UsageError("\(svg): cannot be written: \(error.localizedDescription)")
      }
    }
    if global.json {
      Terminal.out(JSONValue.object([("runs", .array(runs.map(\.json)))]).description)
      return
    }
    if runs.isEmpty { Terminal.out("No evaluation was kept yet.") }
    for run in runs {
      let value = run.measures[measure].map { String(format: "%.4f", $0) } ?? "-"
      let gate = run.tags["gate"].map { "  " + $0 } ?? ""
      Terminal.out(
        "\(run.id.prefix(8))  \(Self.time(run.startedAt))  \(run.experiment.padded(to: 14))\(run.name.padded(to: 24))"
          + "\(measure) \(value)\(gate)")
    }
  }

  private func plot(_ runs: [TrackedRun]) -> Plot {
    let groups = Dictionary(grouping: runs.filter { $0.measures[measure] != nil }, by: \.experiment)
    return Plot(
      title: "\(measure) of kept runs", xLabel: "evaluation, the newest on the right", yLabel: measure,
      series: groups.sorted { $0.key < $1.key }.map { experiment, runs in
        Plot.Series(
          name: experiment, style: .line,
          points: runs.enumerated().map { (x: Double($0 + 1), y: $1.measures[measure] ?? 0) },
          labels: runs.map { "\($0.name), \(Self.time($0.startedAt))" })
      })
  }

  private static func time(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(.iso8601)
  }
}

extension TrackedRun {
  var json: JSONValue {
    func object(_ values: [String: String]) -> JSONValue {
      .object(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
    return .object([
      ("id", .string(id)), ("experiment", .string(experiment)), ("name", .string(name)),
      ("status", .string(status.rawValue)), ("started_at", .number(startedAt)),
      ("measures", .object(measures.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
      ("parameters", object(parameters)), ("tags", object(tags)),
    ])
  }
}
