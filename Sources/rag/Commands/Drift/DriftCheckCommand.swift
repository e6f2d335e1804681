import ArgumentParser
import Drift
import Foundation
import HTTPService

extension DriftProfile: ExpressibleByArgument {}

struct DriftCheckCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, evidently
  }

  enum Severity: String, ExpressibleByArgument, CaseIterable {
    case drift, warning, never
  }

  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare a collection with its baseline, or two files (the default).",
    discussion: """
      Without --reference and --current the collection's windows that have closed since the last check are compared \
      with its baseline; with --since or --until, that one window. An alarm gives exit code 10; drift in too few windows \
      to alarm is a warning.

      With --model the predictions that 'rag serve' kept are compared with the rows that the model learned from: its classes \
      or values, and, with registry.keep_features, each column.

      Files are CSV or TSV with a header, JSON Lines, Parquet, or a NumPy matrix of float32 vectors (.npy). The types of columns \
      are inferred from the reference, or come from --schema: {"numerical": […], "categorical": […], "text": […]}.

      Profile strict uses two-sample tests, corrected over the columns, and asks for an effect of at least \
      --least-effect; evidently chooses and decides as Evidently 0.7 does by default.

      EXIT CODES
        0 no drift, 1 error, 2 usage, 10 drift, 11 warning, 12 too little data
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Rows or vectors as they were.", valueName: "file"))
  var reference: String?

  @Option(help: ArgumentHelp("Rows or vectors as they are.", valueName: "file"))
  var current: String?

  @Option(name: .shortAndLong, help: "Collection to check.")
  var collection: String?

  @Option(help: ArgumentHelp("Begin of the window: a date, or 12h, 7d ago.", valueName: "time"))
  var since: TimeArgument?

  @Option(help: ArgumentHelp("End of the window.", valueName: "time"))
  var until: TimeArgument?

  @Option(help: "strict or evidently.")
  var profile = DriftProfile.strict

  @Option(help: ArgumentHelp("Types of columns, JSON.", valueName: "file"))
  var schema: String?

  @Option(help: "Largest corrected p that counts as drift.")
  var alpha = 0.05

  @Option(help: "Smallest Kolmogorov-Smirnov distance or total variation that counts as drift (strict).")
  var leastEffect = 0.1

  @Option(help: "Fewer rows on a side are too little data (strict).")
  var leastRows = 100

  @Option(help: "Share of drifted columns from which on the data drifted (evidently).")
  var driftShare = 0.5

  @Option(help: "Seed of permutations and samples.")
  var seed: UInt64 = 42

  @Option(help: ArgumentHelp("Texts of the current vectors, one a line, for the report.", valueName: "file"))
  var texts: String?

  @Option(help: "text, json, or evidently: the JSON of its reports before 0.7 (tables alone).")
  var format: Format?

  @Option(help: ArgumentHelp("Write a page with plots.", valueName: "file"))
  var report: String?

  @Option(help: "What gives another exit code than 0: drift, warning (that or drift), or never.")
  var failOn = Severity.warning

  @Option(
    help: ArgumentHelp(
      "Registered model: what it is asked and says, beside what it learned from.", valueName: "name"))
  var model: String?

  /// For tables.
  func settings(threads: Int) -> DriftSettings {
    var settings = DriftSettings(profile: profile)
    settings.alpha = alpha
    settings.effectFloor = leastEffect
    settings.minimumCount = leastRows
    settings.driftShare = driftShare
    settings.seed = seed
    settings.threads = threads
    return settings
  }

  func validate() throws {
    if !(0 < alpha && alpha < 1) { throw ValidationError("--alpha must lie between 0 and 1") }
    if !(0...1).contains(leastEffect) { throw ValidationError("--least-effect must lie in 0...1") }
    if !(0...1).contains(driftShare) { throw ValidationError("--drift-share must lie in 0...1") }
    if leastRows < 2 { throw ValidationError("--least-rows must be at least 2") }
    if model != nil {
      if reference != nil || current != nil || collection != nil {
        throw ValidationError("--model goes without files and --collection")
      }
      return
    }
    guard let reference, let current else {
      guard reference == nil, current == nil else {
        throw ValidationError("--reference and --current go together")
      }
      if schema != nil || texts != nil || profile == .evidently || format == .evidently {
        throw ValidationError(
          "--schema, --texts and Evidently's profile are for files: give --reference and --current")
      }
      return
    }
    if collection != nil || since != nil || until != nil {
      throw ValidationError("A window is of a collection: give files, or --collection, --since and --until")
    }
    if reference.hasSuffix(".npy") != current.hasSuffix(".npy") {
      throw ValidationError("--reference and --current must both be .npy files, or neither")
    }
    if reference.hasSuffix(".npy"), format == .evidently || profile == .evidently {
      throw ValidationError("Evidently's choice and report are for tables")
    }
    if texts != nil, !reference.hasSuffix(".npy") { throw ValidationError("--texts is for vectors") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let verdict: Verdict
    if let model {
      let window = try ModelWindow(
        ModelReference(model), ModelsCommand.tracking(global), since: since?.seconds ?? 0,
        until: until?.seconds ?? Date().timeIntervalSince1970)
      let outcome = DriftOutcome.tables(
        try DriftCheck(settings(threads: wiring.settings.threads)).run(
          reference: window.reference, current: window.current()))
      if let report { try window.write(outcome, to: report) }
      try show(outcome)
      verdict = outcome.verdict
    } else if let reference, let current {
      let files = FileComparison(
        self, reference: reference, current: current, threads: wiring.settings.threads)
      let outcome = try files.outcome()
      if let report { try files.write(outcome, to: report) }
      try show(outcome)
      verdict = outcome.verdict
    } else {
      verdict = try await checkCollection(wiring)
    }
    switch (verdict, failOn) {
    case (.none, _), (_, .never), (.warning, .drift): return
    case (.drift, _): throw ExitCode(10)
    case (.warning, _): throw ExitCode(11)
    case (.insufficient, _): throw ExitCode(12)
    }
  }

  private func checkCollection(_ wiring: Wiring) async throws -> Verdict {
    let session = try DriftSession(wiring)
    let name = wiring.collectionName(collection)
    let windows = try await session.check(name, since: since, until: until)
    if let report {
      let page = try DriftHistoryReport(
        name, windows: session.monitor.history(of: name, limit: 365),
        examples: DriftExamples(home: session.home)
      ).html
      try Data(page.utf8).write(to: URL(fileURLWithPath: report), options: .atomic)
    }
    if (format ?? (global.json ? .json : .text)) == .json {
      Terminal.out("[" + (try windows.map(DriftMonitor.json)).joined(separator: ",") + "]")
    } else {
      for window in windows { window.print() }
      if windows.isEmpty {
        let end = try session.monitor.baselineEnd(of: name)
        Terminal.out(
          "No window has closed since the last check; windows of "
            + "\(session.monitor.settings.windowSeconds / 3600) h begin at \(TimeArgument.shown(end)). "
            + "With --since or --until one is checked now.")
      }
    }
    let outcomes = windows.map(\.outcome)
    return outcomes.isEmpty ? .none : Verdict.combined(outcomes)
  }

  private func show(_ outcome: DriftOutcome) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    switch (format ?? (global.json ? .json : .text), outcome) {
    case (.evidently, .tables(let result)):
      Terminal.out(String(decoding: try encoder.encode(EvidentlyReport(result)), as: UTF8.self))
    case (.json, _), (.evidently, _):
      Terminal.out(String(decoding: try encoder.encode(outcome), as: UTF8.self))
    case (.text, .tables(let result)): show(result)
    case (.text, .embeddings(let result)): show(result)
    }
  }

  private func show(_ result: DriftResult) {
    Terminal.out(
      "\(result.verdict.rawValue): \(result.driftedColumns) of \(result.columns.count) columns drifted; "
        + "\(result.referenceRows) reference rows, \(result.currentRows) current rows")
    let width = (result.columns.map(\.name.count).max() ?? 0) + 2
    for column in result.columns where column.verdict != .none {
      var line = column.name.padded(to: width) + column.verdict.rawValue.padded(to: 14)
      if let method = column.method { line += "\(method.rawValue) " }
      if let statistic = column.statistic { line += String(format: "%.4f", statistic) }
      if let p = column.adjustedP ?? column.pValue { line += String(format: ", p %.2g", p) }
      if !column.newCategories.isEmpty { line += ", \(column.newCategories.count) new categories" }
      if let problem = column.problem { line += problem }
      Terminal.out(line)
    }
  }

  private func show(_ result: EmbeddingResult) {
    Terminal.out(
      "\(result.verdict.rawValue): \(result.referenceRows) reference and \(result.currentRows) current vectors"
    )
    let found = [
      "classifier": String(format: "area under the curve %.3f", result.classifier.areaUnderCurve),
      "clusters": String(
        format: "largest change %+.1f %% of the rows",
        100 * (result.clusters.clusters.first.map { $0.currentShare - $0.referenceShare } ?? 0)),
      "components": String(format: "%.1f %% drifted", 100 * result.driftedComponentShare),
      "discrepancy": String(format: "%.5f", result.discrepancy.squared),
    ]
    for (method, p) in result.adjustedP.sorted(by: { $0.key < $1.key }) {
      Terminal.out(method.padded(to: 14) + String(format: "corrected p %.3f, ", p) + (found[method] ?? ""))
    }
  }
}
