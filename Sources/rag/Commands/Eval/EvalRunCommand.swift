import ArgumentParser
import Catalog
import Crypto
import Evaluation
import Foundation
import Generation
import IndexStore
import Retrieval
import Storage

struct EvalRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Score a collection, or run files, against judgements (the default).",
    discussion: """
      Gates are 'nDCG@10>=0.73', 'nDCG@10 not-worse-than BASELINE by 0.01' or 'AP better-than BASELINE', where
      BASELINE is a run file, or a run kept before, by name or identity. Answers are scored where the questions say
      whether or what the documents answer; their scores can be gated by thresholds: citation_precision,
      citation_recall, cited_sentences, quote_fidelity, answer_containment, answer_overlap, answer_rate,
      abstention_precision, abstention_recall, aurc.
      """)

  @Argument(help: ArgumentHelp("Folder of a test collection.", valueName: "dir"))
  var directory: String?

  @OptionGroup var global: GlobalOptions
  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: ArgumentHelp("Judgements (TREC or BEIR), for run files.", valueName: "file"))
  var qrels: String?

  @Option(help: ArgumentHelp("Run file to score; further ones are compared with it.", valueName: "file"))
  var run: [String] = []

  @Option(help: "Split of the judgements: test, dev, …")
  var split: String?

  @Option(help: ArgumentHelp("Measures, as ir_measures names them.", valueName: "names"))
  var measures = "nDCG@10 R@100 RR@10 AP P@5 Success@5"

  @Option(
    help: ArgumentHelp(
      "Condition to pass; may be repeated. One that fails gives exit code 10.", valueName: "expr"))
  var gate: [String] = []

  @Option(help: ArgumentHelp("Run file or kept run to compare with; may be repeated.", valueName: "run"))
  var compare: [String] = []

  @Option(help: ArgumentHelp("Write the run in TREC's format.", valueName: "file"))
  var saveRun: String?

  @Option(help: ArgumentHelp("Write the HTML report here as well.", valueName: "file"))
  var report: String?

  @Option(help: "Name to keep the run under.")
  var name: String?

  @Flag(inversion: .prefixedNo, help: "Keep the run in the home.")
  var keep = true

  @Flag(inversion: .prefixedNo, help: "Score answers, where the questions allow it.")
  var answers = true

  @Flag(help: "Let the configured language model judge the answers.")
  var judge = false

  @Option(help: "Verdicts for each answer.")
  var judgeRepeats = 3

  func validate() throws {
    guard (directory == nil) == (qrels != nil) else {
      throw ValidationError("Give the folder of a test collection, or --qrels with --run.")
    }
    guard (qrels == nil) == run.isEmpty else { throw ValidationError("--qrels and --run go together.") }
    guard judgeRepeats > 0 else { throw ValidationError("--judge-repeats must be at least 1") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let gates = try gate.map { try Gate($0) }
    let wanted = try Self.measures(measures, gates: gates)
    if let qrels {
      try scoreFiles(qrels, wanted, gates, wiring)
    } else if let directory {
      try await scoreCollection(directory, wanted, gates, wiring)
    }
  }

  /// Measures by name, and those that gates ask for.
  private static func measures(_ names: String, gates: [Gate]) throws -> [Measure] {
    var wanted: [Measure] = []
    for name in names.split(whereSeparator: { $0 == " " || $0 == "," && !names.contains("(") }) {
      let measure = try Measure(String(name))
      if !wanted.contains(measure) { wanted.append(measure) }
    }
    for gate in gates where !AnswerScores.names.contains(gate.subject) {
      let measure: Measure
      do {
        measure = try Measure(gate.subject)
      } catch {
        throw UsageError(
          "the gate '\(gate.text)': \(error.message). Scores of answers are: "
            + AnswerScores.names.joined(separator: ", "))
      }
      if !wanted.contains(measure) { wanted.append(measure) }
    }
    guard !wanted.isEmpty else { throw UsageError("--measures names none") }
    return wanted
  }

  // MARK: Run files

  private func scoreFiles(_ path: String, _ wanted: [Measure], _ gates: [Gate], _ wiring: Wiring) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("\(path): the judgements cannot be read")
    }
    let qrels = try Qrels(text: String(decoding: data, as: UTF8.self), name: path)
    var runs: [Run] = []
    for file in run {
      var next = try KeptRuns.run(file: file)
      if runs.contains(where: { $0.name == next.name }) { next.name = file }
      runs.append(next)
    }
    if let answer = gates.first(where: { AnswerScores.names.contains($0.subject) }) {
      throw UsageError("the gate '\(answer.text)': run files hold no answers")
    }
    let home = try? wiring.openHome()
    var evaluation = Scoring(qrels: qrels, measures: wanted, home: home)
    try evaluation.add(runs[0])
    for other in runs.dropFirst() { try evaluation.add(other, isCompared: true) }
    for name in compare { try evaluation.add(try KeptRuns.baseline(name, home: home), isCompared: true) }
    var report = try evaluation.report(title: "Evaluation of \(runs[0].name)", gates: gates, answers: nil)
    report.parameters = [("qrels", path)] + run.map { ("run", $0) }
    try finish(report, kept: nil, timings: [:])
  }

  // MARK: A collection

  private func scoreCollection(
    _ directory: String, _ wanted: [Measure], _ gates: [Gate], _ wiring: Wiring
  ) async throws {
    let test = try TestCollection(path: directory, split: split)
    let query = try retrieval.query("", settings: wiring.settings, topK: 100)
    var topQuery = query
    topQuery.topK = retrieval.topK ?? 100
    if let deep = wanted.first(where: { ($0.cutoff ?? 0) > topQuery.topK }) {
      throw UsageError(
        "\(deep) needs more than \(topQuery.topK) results a query: --top-k \(deep.cutoff ?? 0)")
    }
    let judged = test.judged
    guard !judged.isEmpty else {
      Terminal.note("Error: no question of \(directory)/queries.jsonl is judged")
      throw ExitCode(12)
    }
    let collection = try await EvaluatedCollection(
      named: retrieval.collection, for: test, wiring: wiring, model: retrieval.model, quiet: global.quiet)
    let opened = try await retrieval.open(
      collection.name, in: collection.home, wiring: wiring, mode: query.mode, quiet: global.quiet)
    let runName =
      name ?? opened.reranker.map { "\(query.mode.rawValue)+\($0.identity)" } ?? query.mode.rawValue

    let line = ProgressLine(isQuiet: global.quiet)
    let start = ContinuousClock.now
    let rankings = try await opened.retriever.rankings(
      judged.map { question in
        var next = topQuery
        next.text = question.text
        return next
      }, threads: wiring.settings.threads
    ) { line.show("\($0)/\(judged.count) questions") }
    var timings = ["retrieval": ProgressLine.seconds(start.duration(to: .now)) * 1000]
    line.finish()
    noteDegradation(rankings)

    var run = Run(name: runName)
    for (question, ranking) in zip(judged, rankings) { run.set(ranked: ranking.documents, for: question.id) }
    let keptHome =
      keep || gates.contains { $0.baseline != nil } || !compare.isEmpty
      ? try? wiring.openHome(createIfMissing: keep) : nil
    var scoring = Scoring(qrels: test.qrels, measures: wanted, home: keptHome)
    try scoring.add(run)
    for name in compare { try scoring.add(try KeptRuns.baseline(name, home: keptHome), isCompared: true) }

    var items: [AnswerEvaluation.Item] = []
    if answers, !test.answerable.isEmpty {
      let begin = ContinuousClock.now
      let evaluation = AnswerEvaluation(
        opened: opened, settings: wiring.settings,
        query: try retrieval.query("", settings: wiring.settings, topK: 5), qrels: test.qrels)
      items = try await evaluation.run(test.answerable) {
        line.show("\($0)/\(test.answerable.count) answers")
      }
      timings["answers"] = ProgressLine.seconds(begin.duration(to: .now)) * 1000
      line.finish()
    }
    var report = try scoring.report(
      title: "Evaluation of \(test.name)", gates: gates,
      answers: items.isEmpty ? nil : AnswerScores(items.map(\.outcome)))
    report.queryTexts = Dictionary(
      test.questions.map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
    if judge {
      guard let model = try wiring.languageModel() else {
        throw UsageError("--judge needs a language model: set llm.provider, llm.base_url and llm.model")
      }
      let prompts = try JudgePrompts(try wiring.prompts())
      report.judge = await AnswerJudge(model: model, prompts: prompts, repeats: judgeRepeats).run(items) {
        line.show("\($0)/\(items.count) answers judged")
      }
      line.finish()
    }
    let snapshot = try opened.collection.snapshot()
    report.parameters = parameters(query: topQuery, opened: opened)
    report.lineage = try lineage(test, snapshot)
    if let saveRun { try write(run.text, to: saveRun) }
    let kept = keep ? keptHome.map { (KeptRuns(home: $0), test.name, run) } : nil
    try finish(report, kept: kept, timings: timings)
  }

  /// Says once what was done otherwise than asked, and for how many questions.
  private func noteDegradation(_ rankings: [DocumentRanking]) {
    guard !global.quiet else { return }
    let counts = Dictionary(grouping: rankings.compactMap(\.degraded)) { $0 }.mapValues(\.count)
    for (reason, count) in counts.sorted(by: { $0.key < $1.key }) {
      Terminal.note("Note: \(count) of \(rankings.count) questions: \(reason)")
    }
  }

  private func parameters(query: RetrievalQuery, opened: OpenCollection) -> [(name: String, value: String)] {
    [
      ("collection", retrieval.collection ?? "(temporary)"), ("mode", query.mode.rawValue),
      ("fusion", query.mode == .hybrid ? query.fusion.identity : "none"), ("depth", "\(query.depth)"),
      ("exact", "\(query.isExact)"), ("reranker", opened.reranker?.identity ?? "none"),
      ("rerank_depth", opened.reranker == nil ? "none" : "\(query.rerank.depth)"),
      ("typos", "\(query.toleratesTypos)"), ("syntax", "\(query.readsSyntax)"),
      ("split", split ?? "test"),
    ]
  }

  private func lineage(
    _ test: TestCollection, _ snapshot: CollectionSnapshot
  ) throws -> [(name: String, value: String)] {
    let configuration = snapshot.configuration
    return [
      ("questions", test.hash), ("data", try snapshot.dataHash()),
      ("configuration", Hex.string(SHA256.hash(data: Array(configuration.json.utf8)))),
      ("model", configuration.embedding.model), ("weights", configuration.embedding.weightsHash),
      ("chunker", configuration.chunkerIdentity), ("analyzer", configuration.analyzer.identity),
    ]
  }

  // MARK: Output

  private func finish(
    _ report: EvaluationReport, kept: (runs: KeptRuns, experiment: String, run: Run)?,
    timings: [String: Double]
  ) throws {
    var page = self.report
    var id: String?
    if let kept {
      let run = KeptRuns.newID()
      id = run
      page = page ?? kept.runs.folder(of: run) + "/" + KeptRuns.reportFile
      let json = report.json(run: run, page: page, timings: timings)
      try kept.runs.keep(
        report.tracked(id: run, experiment: kept.experiment, name: name ?? kept.run.name),
        files: [
          (KeptRuns.runFile, kept.run.text), (KeptRuns.reportFile, HTMLReport(report).html),
          (KeptRuns.resultFile, json.description),
        ])
    }
    if let file = self.report { try write(HTMLReport(report).html, to: file) }
    if global.json {
      Terminal.out(report.json(run: id, page: page, timings: timings).description)
    } else {
      Terminal.out(report.text)
      if let page, !global.quiet { Terminal.note("Report: \(page)") }
    }
    if report.isPassed == false {
      if global.json, !global.quiet {
        for gate in report.gates where !gate.isPassed { Terminal.note("REFUSED: \(gate.reason)") }
      }
      throw ExitCode(10)
    }
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw UsageError("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}

/// Runs against one set of judgements, and what gates say of the first.
private struct Scoring {
  let qrels: Qrels
  let measures: [Measure]
  let home: HomeFolder?
  private var scores: [RunScores] = []
  private var compared: [RunScores] = []

  init(qrels: Qrels, measures: [Measure], home: HomeFolder?) {
    self.qrels = qrels
    self.measures = measures
    self.home = home
  }

  mutating func add(_ run: Run, isCompared: Bool = false) throws {
    let scored = RunScores(run, qrels: qrels, measures: measures)
    guard scored.missing.count < scored.queries.count else {
      throw EvaluationError(
        .nothingToCompare, "'\(run.name)' has a result for none of the \(scored.queries.count) judged queries"
      )
    }
    scores.append(scored)
    if isCompared { compared.append(scored) }
  }

  func report(title: String, gates: [Gate], answers: AnswerScores?) throws -> EvaluationReport {
    var report = EvaluationReport(
      title: title, createdAt: Date().formatted(.iso8601), runs: scores)
    report.answers = answers
    let candidate = scores[0]
    let main = measures[0]
    for baseline in compared {
      report.comparisons.append(try PairedComparison(baseline: baseline, candidate: candidate, measure: main))
    }
    for gate in gates {
      if let baseline = gate.baseline {
        guard !AnswerScores.names.contains(gate.subject) else {
          throw UsageError("the gate '\(gate.text)': a score of answers can only be held against a number")
        }
        let run = try KeptRuns.baseline(baseline, home: home)
        var scored = RunScores(run, qrels: qrels, measures: measures)
        if scored.name == candidate.name { scored.name = "baseline \(scored.name)" }
        let comparison = try PairedComparison(
          baseline: scored, candidate: candidate, measure: try Measure(gate.subject))
        report.gates.append(GateOutcome(gate, comparison: comparison))
        if !report.runs.contains(where: { $0.name == scored.name }) { report.runs.append(scored) }
        if !report.comparisons.contains(where: {
          $0.baseline == scored.name && $0.measure == comparison.measure
        }) {
          report.comparisons.append(comparison)
        }
      } else if AnswerScores.names.contains(gate.subject) {
        let value = answers?.named.first { $0.name == gate.subject }?.value
        report.gates.append(GateOutcome(gate, value: value))
      } else {
        report.gates.append(GateOutcome(gate, value: candidate.mean(try Measure(gate.subject))))
      }
    }
    if report.runs.count > 2 {
      let tables = report.runs.map { $0.values(of: main) ?? [:] }
      let common = (tables.first ?? [:]).keys.filter { query in tables.allSatisfy { $0[query] != nil } }
        .sorted()
      if !common.isEmpty {
        let values = tables.map { table in common.map { table[$0] ?? 0 } }
        report.pairwise = [(main, MultipleComparison.randomizedTukey(values))]
      }
    }
    return report
  }
}

extension EvaluationReport {
  /// The row to keep of this evaluation.
  func tracked(id: String, experiment: String, name: String) -> TrackedRun {
    let now = Date().timeIntervalSince1970
    var measures: [String: Double] = [:]
    for measure in runs.first?.measures ?? [] { measures[measure.name] = runs.first?.mean(measure) }
    for score in answers?.named ?? [] { measures[score.name] = score.value }
    for (name, summary) in judge { measures[name] = summary.mean }
    var tags = Dictionary(lineage.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    if let isPassed { tags["gate"] = isPassed ? "passed" : "refused" }
    tags["queries"] = runs.first.map { "\($0.queries.count)" }
    return TrackedRun(
      id: id, experiment: experiment, name: name, status: .finished, startedAt: now, endedAt: now,
      parameters: Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      measures: measures, tags: tags)
  }
}
