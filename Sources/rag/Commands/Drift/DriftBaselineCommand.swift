import ArgumentParser
import Foundation
import HTTPService

struct DriftBaselineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Fix what is there now as what later windows are compared with.",
    discussion: """
      Samples of the corpus and of the questions are taken, fixed texts are embedded and fixed questions asked. A \
      baseline of several windows is better than one of a single window, whose chance would be in every comparison. Make a \
      new one after a change that was wanted: the old one's windows stay in the history.

      EXAMPLES
        rag drift baseline --collection main
        rag drift baseline --since 30d --sentinels probes.txt
      """)

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection to watch.")
  var collection: String?

  @Option(help: ArgumentHelp("Questions from here on: a date, or 30d, 12h ago.", valueName: "time"))
  var since: TimeArgument?

  @Option(help: ArgumentHelp("Questions to before here; windows begin here.", valueName: "time"))
  var until: TimeArgument?

  @Option(
    help: ArgumentHelp("Fixed questions, one a line; else kept questions or headings.", valueName: "file"))
  var sentinels: String?

  func run() async throws {
    let wiring = try Wiring(global)
    let monitor = try DriftSession(wiring).monitor
    let now = Date().timeIntervalSince1970
    let probes = try sentinels.map { path -> [String] in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw UsageError("\(path): the file cannot be read")
      }
      return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
    let summary = try await monitor.makeBaseline(
      of: wiring.collectionName(collection), from: since?.seconds, to: min(now, until?.seconds ?? now),
      sentinels: probes, now: now)
    if global.json {
      Terminal.out(summary.json.description)
      return
    }
    Terminal.out(
      "baseline \(summary.id) of \(summary.collection): \(summary.chunks) chunks, \(summary.documents) documents, "
        + "\(summary.questions) questions (\(summary.questionVectors) with vectors), \(summary.canaries) canaries, "
        + "\(summary.sentinels) sentinels; windows begin at \(TimeArgument.shown(summary.endsAt))")
    if summary.questionVectors == 0, !global.quiet {
      Terminal.note(
        "Note: questions are watched by their scores alone; with drift.keep_questions: true their texts are kept, "
          + "and a topic shift is found.")
    }
  }
}
