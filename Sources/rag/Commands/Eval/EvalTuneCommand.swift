import ArgumentParser
import Documents
import Evaluation
import Foundation
import HTTPService
import IndexStore
import Retrieval

struct EvalTuneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract:
      "Choose fusion, weight, depth, reranker and chunk size on one half of the questions; judge on the other.",
    discussion: """
      Questions are split by a hash of their ids, so that the halves stay the same. The configuration that is best on
      the development half is compared with the present one on the test half; only a gain that is no chance is
      written as a patch for rag.yaml.

      EXAMPLES
        rag eval tune docs/eval --collection main --patch tuned.yaml
        rag eval tune docs/eval --rerankers none,late-interaction --chunk-tokens 128,200,256
      """)

  @Argument(help: ArgumentHelp("Folder of a test collection.", valueName: "dir"))
  var directory: String

  @OptionGroup var global: GlobalOptions
  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: "Measure to raise.")
  var measure = "nDCG@10"

  @Option(help: "Split of the judgements.")
  var split: String?

  @Option(help: "Weights of the lexical leg to try.")
  var weights = "0.2,0.3,0.4,0.5,0.6"

  @Option(help: "Fusions to try.")
  var fusions = "zscore,minmax,rrf"

  @Option(help: "Candidates from each index to try.")
  var depths = "100,200,500"

  @Option(help: "Rerankers to try, on top of the best fusion.")
  var rerankers = "none"

  @Option(help: "Chunk sizes to try; each is ingested into a temporary home.")
  var chunkTokens: String?

  @Option(help: ArgumentHelp("Write what to change in rag.yaml, where it helps.", valueName: "file"))
  var patch: String?

  @Flag(
    help: "Register fusion, weight and depth as a version with a gate; 'rag models promote' makes it serve.")
  var register = false

  private struct Setting {
    var fusion: String
    var weight: Double
    var depth: Int
    var reranker = "none"
    var chunk: Int?

    var name: String {
      (fusion == "rrf" ? "rrf" : "\(fusion)(\(weight))") + " depth \(depth)"
        + (reranker == "none" ? "" : " + \(reranker)") + (chunk.map { ", chunks of \($0) tokens" } ?? "")
    }

    var yaml: String {
      var text = "retrieval:\n  fusion: \(fusion)\n  lexical_weight: \(weight)\n  depth: \(depth)\n"
      if reranker != "none" {
        let parts = reranker.split(separator: ":", maxSplits: 1)
        text += "reranker:\n  kind: \(parts[0])\n" + (parts.count > 1 ? "  model: \(parts[1])\n" : "")
      }
      if let chunk { text += "chunking:\n  target_tokens: \(chunk)\n" }
      return text
    }
  }

  func validate() throws {
    if register, retrieval.collection == nil {
      throw ValidationError("--register needs --collection: what is chosen serves one")
    }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let measure = try Measure(measure)
    let test = try TestCollection(path: directory, split: split)
    let (development, held) = test.halves
    guard min(development.count, held.count) >= 10 else {
      Terminal.note("Error: \(test.judged.count) judged questions are too few to choose on one half of them")
      throw ExitCode(12)
    }
    let weights = try numbers(self.weights, "--weights", 0...1)
    let depths = try numbers(self.depths, "--depths", 1...100_000).map { Int($0) }
    let base = try retrieval.query("", settings: wiring.settings, topK: 100)
    var line = ProgressLine(isQuiet: global.quiet)

    func scores(_ setting: Setting?, _ questions: [Question], _ opened: OpenCollection) async throws
      -> RunScores
    {
      var query = base
      query.topK = retrieval.topK ?? 100
      if let setting {
        query.depth = setting.depth
        query.hasChosenFusion = true
        guard let method = FusionMethod(name: setting.fusion, lexicalWeight: setting.weight) else {
          throw UsageError("--fusions: zscore, minmax and rrf, not '\(setting.fusion)'")
        }
        query.fusion = method
      }
      let rankings = try await opened.retriever.rankings(
        questions.map { question in
          var next = query
          next.text = question.text
          return next
        }, threads: wiring.settings.threads)
      var run = Run(name: setting?.name ?? "present")
      for (question, ranking) in zip(questions, rankings) {
        run.set(ranked: ranking.documents, for: question.id)
      }
      return RunScores(run, qrels: test.qrels, measures: [measure], queries: questions.map(\.id))
    }

    let collection = try await EvaluatedCollection(
      named: retrieval.collection, for: test, wiring: wiring, model: retrieval.model, quiet: global.quiet)
    let present = try await retrieval.open(
      collection.name, in: collection.home, wiring: wiring, mode: base.mode, quiet: global.quiet)
    var tried: [(setting: Setting, value: Double)] = []
    func attempt(_ setting: Setting, _ opened: OpenCollection) async throws {
      let value = try await scores(setting, development, opened).mean(measure) ?? 0
      tried.append((setting, value))
      line.show("\(setting.name): \(GateOutcome.shown(value))")
    }
    var plain = present
    plain.reranker = nil
    for fusion in list(fusions) {
      for weight in fusion == "rrf" ? [0.4] : weights {
        for depth in depths {
          try await attempt(Setting(fusion: fusion, weight: weight, depth: depth), plain)
        }
      }
    }
    guard let fused = tried.max(by: { $0.value < $1.value }) else {
      throw UsageError("there is nothing to try")
    }
    for name in list(rerankers) where name != "none" {
      var opened = plain
      opened.reranker = try wiring.reranker(named: name, embedder: present.embedder)
      var setting = fused.setting
      setting.reranker = name
      try await attempt(setting, opened)
    }
    var homes: [Int: (EvaluatedCollection, OpenCollection)] = [:]
    if let chunkTokens {
      for size in try numbers(chunkTokens, "--chunk-tokens", 16...8192).map({ Int($0) }) {
        var options = try wiring.settings.chunking()
        options.targetTokens = size
        options.overlapTokens = min(options.overlapTokens, size / 4)
        let other = try await EvaluatedCollection(
          named: nil, for: test, wiring: wiring, chunking: options, model: retrieval.model,
          quiet: global.quiet)
        let opened = try await retrieval.open(
          other.name, in: other.home, wiring: wiring, mode: base.mode, quiet: global.quiet)
        homes[size] = (other, opened)
        var setting = fused.setting
        setting.chunk = size
        try await attempt(setting, opened)
      }
    }
    line.finish()
    line = ProgressLine(isQuiet: global.quiet)
    guard let best = tried.max(by: { $0.value < $1.value }) else { return }
    var chosen = best.setting.chunk.flatMap { homes[$0]?.1 } ?? plain
    if best.setting.reranker != "none" {
      chosen.reranker = try wiring.reranker(named: best.setting.reranker, embedder: chosen.embedder)
    }
    let comparison = try PairedComparison(
      baseline: try await scores(nil, held, present), candidate: try await scores(best.setting, held, chosen),
      measure: measure)
    let helps = comparison.meanDifference > 0 && comparison.pValue < 0.05
    if helps, let patch {
      let head =
        "# \(measure) \(GateOutcome.signed(comparison.meanDifference)) on \(held.count) held-out questions of "
        + "\(test.name), p = \(GateOutcome.shown(comparison.pValue))\n"
      do {
        try Data((head + best.setting.yaml).utf8).write(to: URL(fileURLWithPath: patch), options: .atomic)
      } catch {
        throw UsageError("\(patch): cannot be written: \(error.localizedDescription)")
      }
    }
    show(tried, best.setting, comparison, helps: helps)
    if register {
      try keep(
        fused.setting,
        try PairedComparison(
          baseline: try await scores(nil, held, plain),
          candidate: try await scores(fused.setting, held, plain),
          measure: measure), test, collection)
    }
  }

  private func keep(
    _ setting: Setting, _ comparison: PairedComparison, _ test: TestCollection,
    _ evaluated: EvaluatedCollection
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let record = FusionRecord(name: setting.fusion, lexicalWeight: setting.weight, depth: setting.depth)
    // The comparison itself is in the one JSON object that this command prints.
    try LearnedRun(.fusion, of: evaluated, [HeldOutComparison("\(test.name), held out", comparison)])
      .register(
        ["fusion.json": Array(try encoder.encode(record))],
        parameters: [
          ("fusion", setting.fusion), ("lexical_weight", "\(setting.weight)"), ("depth", "\(setting.depth)"),
        ], test: test, isJSON: global.json ? nil : false)
  }

  private func show(
    _ tried: [(setting: Setting, value: Double)], _ best: Setting, _ comparison: PairedComparison, helps: Bool
  ) {
    if global.json {
      Terminal.out(
        JSONValue.object([
          ("best", .string(best.name)), ("helps", .bool(helps)), ("comparison", comparison.json),
          ("patch", helps ? .string(best.yaml) : .null),
          (
            "tried",
            .array(
              tried.map {
                .object([("setting", .string($0.setting.name)), ("development", .number($0.value))])
              })
          ),
        ]).description)
      return
    }
    for row in tried.sorted(by: { $0.value > $1.value }) {
      Terminal.out("\(GateOutcome.shown(row.value))  \(row.setting.name)")
    }
    let interval =
      comparison.interval.map {
        ", 95 % interval \(GateOutcome.signed($0.low)) to \(GateOutcome.signed($0.high))"
      }
      ?? ""
    Terminal.out("")
    Terminal.out(
      "best on the development half: \(best.name)\non the test half (\(comparison.differences.count) questions): "
        + "\(comparison.measure) \(GateOutcome.shown(comparison.candidateMean)) against "
        + "\(GateOutcome.shown(comparison.baselineMean)) now, difference "
        + "\(GateOutcome.signed(comparison.meanDifference))\(interval), p = \(GateOutcome.shown(comparison.pValue))"
    )
    Terminal.out(
      helps
        ? "It helps:\n\n\(best.yaml)"
        : "That could be chance: keep the present settings; nothing was written.")
  }

  private func list(_ text: String) -> [String] {
    text.split { $0 == "," || $0 == " " }.map(String.init)
  }

  private func numbers(_ text: String, _ flag: String, _ range: ClosedRange<Double>) throws -> [Double] {
    let values = list(text).map { Double($0) }
    let known = values.compactMap { $0 }.filter(range.contains)
    guard known.count == values.count, !known.isEmpty else {
      throw UsageError("\(flag) takes numbers from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return known
  }
}
